//! Small images inside figures, as PNG data URIs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// A `width x height` image, row-major from the top, as `data:image/png;base64,…`.
///
/// An image that cannot be encoded, because it is empty or its pixels do not fill it, is an empty string.
pub(crate) fn data_uri(width: usize, height: usize, pixels: &[Rgb]) -> String {
    encode(width, height, pixels)
        .map(|bytes| format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
        .unwrap_or_default()
}

fn encode(width: usize, height: usize, pixels: &[Rgb]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(pixels.as_flattened())?;
    Ok(bytes)
}

/// Blue at 0 over pale grey at 1/2 to red at 1: the ends and the middle of `ColorBrewer`'s `RdBu`.
pub(crate) fn blue_to_red(value: f64) -> Rgb {
    const STOPS: [[f64; 3]; 7] = [
        [33.0, 102.0, 172.0],
        [103.0, 169.0, 207.0],
        [209.0, 229.0, 240.0],
        [247.0, 247.0, 247.0],
        [253.0, 219.0, 199.0],
        [239.0, 138.0, 98.0],
        [178.0, 24.0, 43.0],
    ];
    let place = if value.is_finite() { value.clamp(0.0, 1.0) * 6.0 } else { 3.0 };
    let stop = (place as usize).min(5);
    let share = place - stop as f64;
    std::array::from_fn(|c| (STOPS[stop][c] + share * (STOPS[stop + 1][c] - STOPS[stop][c])).round() as u8)
}

/// Paper at 0, ink at 1.
pub(crate) fn ink(value: f64) -> Rgb {
    let value = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    [(255.0 - 235.0 * value).round() as u8; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_reads_back() {
        let pixels = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 0, 255], [9, 9, 9], [250, 1, 0]];
        let uri = data_uri(3, 2, &pixels);
        let bytes = STANDARD.decode(uri.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut back = vec![0; 18];
        reader.next_frame(&mut back).unwrap();
        assert_eq!(back, pixels.as_flattened());
        assert_eq!((reader.info().width, reader.info().height), (3, 2));
    }

    #[test]
    fn broken_images_are_empty() {
        assert_eq!(data_uri(0, 0, &[]), "");
        assert_eq!(data_uri(2, 2, &[[0; 3]]), "");
    }

    #[test]
    fn colours_meet_their_ends() {
        assert_eq!(blue_to_red(0.0), [33, 102, 172]);
        assert_eq!(blue_to_red(0.5), [247, 247, 247]);
        assert_eq!(blue_to_red(2.0), [178, 24, 43]);
        assert_eq!(blue_to_red(f64::NAN), [247, 247, 247]);
        assert_eq!((ink(0.0), ink(1.0)), ([255; 3], [20; 3]));
    }
}
