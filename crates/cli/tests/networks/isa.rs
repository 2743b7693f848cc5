//! The environment variable that names an instruction set.

use crate::common::{folder, outcome, pellucid, run};

#[test]
fn the_instruction_set_has_a_name() {
    let folder = folder();
    for name in ["nonsense", "AVX2", "avx2 ", "\u{1b}[31m"] {
        let output = pellucid(folder.path(), &["bench", "xor"]).env("PELLUCID_ISA", name).output().unwrap();
        let (code, message) = outcome(&output);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains("PELLUCID_ISA: expected portable, avx2 or avx512"), "{message}");
        assert!(!message.contains('\u{1b}'), "{message}");
    }
    for name in ["portable", "avx2", "avx512", ""] {
        let mut command = pellucid(folder.path(), &["svm", "scale", "no.svm"]);
        let output = command.env("PELLUCID_ISA", name).output().unwrap();
        assert_eq!(outcome(&output).0, 3, "{name}");
    }
    assert_eq!(outcome(&run(folder.path(), &["--version"])).0, 0);
}
