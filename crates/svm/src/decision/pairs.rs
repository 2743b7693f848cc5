//! The pairs of classes and their order.

/// (0, 1), (0, 2), ..., (1, 2), ...
pub(crate) fn class_pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |a| (a + 1..classes).map(move |b| (a, b)))
}

/// Pairs that are visited together: the values of both orders of their classes then lie in the nearest cache.
const TILE: usize = 32;

/// Calls `body(a, b, place)` for every pair a < b and its place in the order of [`class_pairs`], tile by tile.
pub(crate) fn for_each_pair(classes: usize, mut body: impl FnMut(usize, usize, usize)) {
    for first in (0..classes).step_by(TILE) {
        for second in (first..classes).step_by(TILE) {
            for a in first..(first + TILE).min(classes) {
                for b in second.max(a + 1)..(second + TILE).min(classes) {
                    body(a, b, pair_index(a, b, classes));
                }
            }
        }
    }
}

/// Where a pair stands in that order.
pub(crate) fn pair_index(a: usize, b: usize, classes: usize) -> usize {
    let (a, b) = (a.min(b), a.max(b));
    a * (2 * classes - a - 1) / 2 + b - a - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_by_their_classes() {
        for classes in 0..9 {
            for (index, (a, b)) in class_pairs(classes).enumerate() {
                assert_eq!((pair_index(a, b, classes), pair_index(b, a, classes)), (index, index));
            }
        }
        for classes in [0, 1, 2, 31, 33, 70] {
            let mut visited = vec![None; class_pairs(classes).count()];
            for_each_pair(classes, |a, b, index| assert_eq!(visited[index].replace((a, b)), None));
            assert!(visited.into_iter().map(Option::unwrap).eq(class_pairs(classes)));
        }
    }
}
