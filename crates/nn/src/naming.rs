//! Names as keys of random streams.

/// A number for a name: what is drawn for a layer depends on what it is called, not on where it stands. 64-bit FNV-1a.
pub(crate) fn key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
