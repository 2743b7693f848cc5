use proptest::prelude::*;

use super::blocks::block_depth;
use super::kernels::{Panel, Raw};
use super::*;
use crate::buffer::Buffer;

/// A number type with the two ways to add a product to a sum.
trait Number: Scalar {
    fn fused(sum: Self, a: Self, b: Self) -> Self;
}
impl Number for f32 {
    fn fused(sum: f32, a: f32, b: f32) -> f32 {
        a.mul_add(b, sum)
    }
}
impl Number for f64 {
    fn fused(sum: f64, a: f64, b: f64) -> f64 {
        a.mul_add(b, sum)
    }
}

fn available() -> impl Iterator<Item = Isa> {
    [Isa::Portable, Isa::Avx2, Isa::Avx512].into_iter().filter(|&isa| isa <= Isa::detect())
}

/// What every kernel must give to the bit: blocks of the depth summed in order, then added in order.
fn reference<F: Number>(
    isa: Isa,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: impl Fn(usize, usize) -> Option<F>,
) -> Vec<F> {
    let add = if isa == Isa::Portable { |sum, a, b| sum + a * b } else { F::fused };
    let mut c = Vec::new();
    for i in 0..a.rows() {
        for j in 0..b.columns() {
            let mut whole = start(i, j);
            for begin in (0..a.columns().max(1)).step_by(block_depth(a.columns())) {
                let end = a.columns().min(begin + block_depth(a.columns()));
                let sum = (begin..end).fold(F::ZERO, |sum, p| add(sum, a.get(i, p), b.get(p, j)));
                whole = Some(whole.map_or(sum, |whole| whole + sum));
            }
            c.push(whole.unwrap_or(F::ZERO));
        }
    }
    c
}

fn numbers<F: Scalar>(seed: u64, count: usize) -> Vec<F> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        F::from_f64((x >> 11) as f64 / (1_u64 << 53) as f64 - 0.5)
    };
    (0..count).map(|_| next()).collect()
}

/// A matrix as stored in one of five ways: by rows, by columns, both with gaps, with gaps in both directions.
fn view<F: Scalar>(data: &[F], rows: usize, columns: usize, layout: usize) -> MatRef<'_, F> {
    let (row_stride, column_stride) =
        [(columns, 1), (1, rows), (columns + 3, 1), (1, rows + 5), (2 * columns + 1, 2)][layout];
    MatRef::new(data, rows, columns, row_stride, column_stride)
}

#[derive(Clone, Copy, Debug)]
struct Case {
    shape: [usize; 3],
    layouts: [usize; 2],
    start: usize,
    threads: usize,
    /// Of A: 0 none, 1 most numbers, 2 most columns and some numbers; left out where there are some.
    zeros: usize,
    seed: u64,
}

/// Every instruction set gives the reference to the bit, rectified in half of the cases, and writes nothing beside C.
fn check<F: Number>(case: Case) {
    let Case { shape: [m, k, n], layouts, start, threads, zeros, seed } = case;
    let mut data = numbers::<F>(seed, 2 * (m + 5) * (k + 5) + 2 * (k + 5) * (n + 5) + n);
    let (row, rest) = data.split_at_mut(n);
    let (a, rest) = rest.split_at_mut(2 * (m + 5) * (k + 5));
    for (at, x) in a.iter_mut().enumerate() {
        let column = [at % k.max(1), at / m.max(1)][layouts[0] % 2];
        if zeros == 1 && at * 7 % 10 < 9 || zeros == 2 && (column % 3 > 0 || at % 4 == 0) {
            *x = F::ZERO;
        }
    }
    // On a cache line, so that some products read B where it is.
    let mut b = Buffer::zeros(rest.len()).expect("memory");
    b.copy_from_slice(rest);
    let (mut a, b) = (view(a, m, k, layouts[0]), view(&b, k, n, layouts[1]));
    if zeros > 0 {
        a = a.skip_zeros();
    }
    let pool = Pool::new(threads);
    let few = m * n * k < 10_000 && k <= DEPTH;
    let methods = [(Method::Loops, few), (Method::Tiles, threads == 1), (Method::Threads, threads > 1)];
    let methods = methods.into_iter().filter_map(|(method, tried)| tried.then_some(method));
    for (isa, method) in available().flat_map(|isa| methods.clone().map(move |method| (isa, method))) {
        let before = numbers::<F>(seed + 1, m * (n + 2));
        let mut expected = reference(isa, a, b, |i, j| match start {
            0 => None,
            1 => Some(before[i * (n + 2) + j + 1]),
            _ => Some(row[j]),
        });
        let relu = (m + n + k) % 2 == 1;
        if relu {
            expected = expected.into_iter().map(|y| y.max(F::ZERO)).collect();
        }
        let mut after = before.clone();
        let mut c = MatMut::row_major(&mut after, m, n + 2).part(0..m, 1..n + 1);
        let start = [Start::Zero, Start::Accumulate, Start::Row(row)][start];
        // SAFETY: `isa` is available.
        unsafe { matmul_with(isa, method, &pool, &mut c, [&a, &b], start, relu) };
        for i in 0..m {
            let (row, before) = (&after[i * (n + 2)..][..n + 2], &before[i * (n + 2)..][..n + 2]);
            assert_eq!(
                (row[0], row[n + 1]),
                (before[0], before[n + 1]),
                "written outside C: {isa:?} {method:?} {case:?}"
            );
            assert_eq!(&row[1..=n], &expected[i * n..][..n], "row {i}: {isa:?} {method:?} {case:?}");
        }
    }
}

#[test]
fn all_edges_of_tiles_give_the_reference_to_the_bit() {
    for m in 1..=20 {
        for n in 1..=60 {
            let k = 1 + (m * 7 + n * 3) % 40;
            let case = Case {
                shape: [m, k, n],
                layouts: [n % 5, m % 5],
                start: (m + n) % 3,
                threads: 1,
                zeros: 0,
                seed: 1,
            };
            check::<f32>(case);
            check::<f64>(case);
        }
    }
}

#[test]
fn blocks_and_threads_do_not_change_a_bit() {
    let shapes = [
        [20, 1100, 50],
        [33, 300, 90],
        [530, 20, 40],
        [1, 2100, 300],
        [5, 300, 200],
        [1030, 3, 65],
        [9, 40, 2100],
        [130, 40, 128],
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        for threads in 1..=4 {
            let layouts = [(index + threads) % 5, (threads - 1) % 5];
            for zeros in 0..3 {
                check::<f32>(Case { shape, layouts, start: index % 3, threads, zeros, seed: 2 });
            }
        }
        check::<f64>(Case { shape, layouts: [1, 1], start: 1, threads: 2, zeros: index % 3, seed: 3 });
    }
}

#[test]
fn a_part_of_a_product_is_the_product_of_parts() {
    let (m, k, n) = (70, 1100, 130);
    let (a, b) = (numbers::<f32>(4, m * k), numbers::<f32>(5, k * n));
    let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
    let mut whole = vec![0.0; m * n];
    let pool = Pool::new(2);
    matmul(&pool, MatMut::row_major(&mut whole, m, n), a, b, Start::Zero);
    let whole = MatRef::row_major(&whole, m, n);
    for (rows, columns) in
        [(0..1, 0..1), (3..4, 0..130), (0..70, 127..130), (13..49, 17..81), (69..70, 129..130)]
    {
        let mut part = vec![0.0; rows.len() * columns.len()];
        let c = MatMut::row_major(&mut part, rows.len(), columns.len());
        matmul(&pool, c, a.part(rows.clone(), 0..k), b.part(0..k, columns.clone()), Start::Zero);
        let expected = whole.part(rows, columns);
        for (index, &x) in part.iter().enumerate() {
            assert_eq!(x, expected.get(index / expected.columns(), index % expected.columns()));
        }
    }
}

/// A B by tiles on one thread, with the kernels of an available instruction set.
fn product_with(isa: Isa, a: MatRef<'_, f32>, b: MatRef<'_, f32>) -> Vec<f32> {
    let mut c = vec![f32::NAN; a.rows() * b.columns()];
    let mut matrix = MatMut::row_major(&mut c, a.rows(), b.columns());
    // SAFETY: `isa` is available.
    unsafe { matmul_with(isa, Method::Tiles, &Pool::single(), &mut matrix, [&a, &b], Start::Zero, false) };
    c
}

/// A few rows times a large transposed matrix: computed as the transposed product.
#[test]
fn flipped_products_have_the_same_bits() {
    for (m, k, n) in [(2, 64, 64), (7, 300, 48), (32, 784, 256), (16, 1500, 32)] {
        let (a, b) = (numbers::<f32>(3, m * k), numbers::<f32>(4, k * n));
        let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, n, k).transposed());
        for isa in available() {
            assert!(product_with(isa, a, b) == reference(isa, a, b, |_, _| None), "{isa:?} {m} x {k} x {n}");
        }
    }
}

/// |error| <= (k + 1) u sum |a b|, with u half the distance from one to the next number (Higham, *Accuracy and
/// Stability of Numerical Algorithms*, section 3.1), against sums in f64.
#[test]
fn the_error_is_within_the_bound() {
    for size in 1..=40 {
        let [m, k, n] = [size, 41 - size, 1 + size * 7 % 40];
        let (a, b) = (numbers::<f32>(6, m * k), numbers::<f32>(7, k * n));
        let (a, b) = (view(&a, m, k, size % 2), view(&b, k, n, size / 2 % 2));
        for isa in available() {
            let c = product_with(isa, a, b);
            for (index, &x) in c.iter().enumerate() {
                let products =
                    (0..k).map(|p| f64::from(a.get(index / n, p)) * f64::from(b.get(p, index % n)));
                let (sum, size) = products.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()));
                let bound = (k + 1) as f64 * f64::from(f32::EPSILON) / 2.0 * size;
                assert!((f64::from(x) - sum).abs() <= bound, "{isa:?} {m} x {k} x {n}: {x} for {sum}");
            }
        }
    }
}

#[test]
fn fused_instruction_sets_agree_to_the_bit() {
    let (m, k, n) = (19, 1100, 77);
    let (a, b) = (numbers::<f32>(8, m * k), numbers::<f32>(9, k * n));
    let products: Vec<Vec<f32>> = available()
        .filter(|&isa| isa != Isa::Portable)
        .map(|isa| product_with(isa, MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n)))
        .collect();
    assert!(products.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn empty_products_are_the_start() {
    let (empty, row) = ([0.0_f32; 0], [1.0, 2.0, 3.0]);
    let pool = Pool::single();
    let mut c = [7.0; 6];
    let (a, b) = (MatRef::row_major(&empty, 2, 0), MatRef::row_major(&empty, 0, 3));
    matmul(&pool, MatMut::row_major(&mut c, 2, 3), a, b, Start::Accumulate);
    assert_eq!(c, [7.0; 6]);
    matmul(&pool, MatMut::row_major(&mut c, 2, 3), a, b, Start::Row(&row));
    assert_eq!(c, [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    matmul(&pool, MatMut::row_major(&mut c, 2, 3), a, b, Start::Zero);
    assert_eq!(c, [0.0; 6]);
    matmul(
        &pool,
        MatMut::row_major(&mut [], 0, 3),
        MatRef::row_major(&[], 0, 2),
        view(&c, 2, 3, 0),
        Start::Zero,
    );
    matmul(
        &pool,
        MatMut::row_major(&mut [], 3, 0),
        view(&c, 3, 2, 0),
        MatRef::row_major(&[], 2, 0),
        Start::Zero,
    );
}

/// Panels hold the operand, and zeros in the lanes that it does not have.
fn check_packing<F: Number>(isa: Isa) {
    let kernels = F::kernels(isa);
    let data = numbers::<F>(10, 101 * 101);
    for (row_stride, column_stride) in [(100, 1), (1, 100), (2, 101)] {
        for width in [1, 2, 3, 5].map(|vectors| vectors * kernels.lanes) {
            for lanes in [1, width / 2 + 1, width - 1, width] {
                for depth in [1, 2, kernels.lanes - 1, kernels.lanes, 2 * kernels.lanes + 1] {
                    let mut packed = vec![F::from_f64(f64::NAN); depth * width];
                    let panel =
                        Panel { from: Raw { data: data.as_ptr(), row_stride, column_stride }, depth, lanes };
                    // SAFETY: rows and columns below 100 lie in `data`, and `packed` has room for the panel.
                    unsafe { (kernels.pack)(&panel, width, packed.as_mut_ptr()) };
                    for (index, &x) in packed[..depth * width].iter().enumerate() {
                        let (p, lane) = (index / width, index % width);
                        let from = data[p * row_stride + lane * column_stride];
                        assert_eq!(
                            x,
                            if lane < lanes { from } else { F::ZERO },
                            "{isa:?} {width} {lanes} {depth}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn packed_panels_hold_the_operand_and_zeros() {
    for isa in available() {
        check_packing::<f32>(isa);
        check_packing::<f64>(isa);
    }
}

#[test]
#[should_panic(expected = "a 2 x 3 matrix times a 2 x 3 matrix does not give a 2 x 2 matrix")]
fn shapes_that_do_not_fit_are_refused() {
    let (a, mut c) = ([0.0_f32; 6], [0.0; 4]);
    let a = MatRef::row_major(&a, 2, 3);
    matmul(&Pool::single(), MatMut::row_major(&mut c, 2, 2), a, a, Start::Zero);
}

#[test]
#[should_panic(expected = "3 numbers to start 2 columns with")]
fn a_starting_row_of_another_length_is_refused() {
    let (a, mut c) = ([0.0_f32; 6], [0.0; 4]);
    let a = MatRef::row_major(&a, 2, 3);
    matmul(
        &Pool::single(),
        MatMut::row_major(&mut c, 2, 2),
        a,
        a.transposed().part(0..3, 0..2),
        Start::Row(&[0.0; 3]),
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_product_is_the_reference_to_the_bit(
        m in 0_usize..90, k in 0_usize..300, n in 0_usize..110,
        layouts in [0_usize..5, 0_usize..5], start in 0_usize..3, threads in 1_usize..4, zeros in 0_usize..3,
        seed in 0_u64..1000,
    ) {
        let case = Case { shape: [m, k, n], layouts, start, threads, zeros, seed };
        check::<f32>(case);
        check::<f64>(case);
    }

    #[test]
    fn the_transpose_of_a_product_is_the_product_of_transposes(m in 1_usize..40, k in 1_usize..40, n in 1_usize..40) {
        let (a, b) = (numbers::<f64>(11, m * k), numbers::<f64>(12, k * n));
        let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
        let (mut c, mut d) = (vec![0.0; m * n], vec![0.0; m * n]);
        matmul(&Pool::single(), MatMut::row_major(&mut c, m, n), a, b, Start::Zero);
        matmul(&Pool::single(), MatMut::row_major(&mut d, n, m), b.transposed(), a.transposed(), Start::Zero);
        for (index, &x) in c.iter().enumerate() {
            prop_assert_eq!(x, d[index % n * m + index / n]);
        }
    }
}

/// Zeros are left out where they are many, whatever they would be multiplied by, and only where that was asked for.
#[test]
fn zeros_are_left_out_on_request() {
    let (m, k, n) = (9, 40, 64);
    let (mut a, mut b) = (vec![0.0_f32; m * k], vec![1.0; k * n]);
    a.iter_mut().step_by(k).for_each(|x| *x = 2.0);
    b[3 * n..4 * n].fill(f32::INFINITY);
    let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
    let mut c = vec![0.0; m * n];
    matmul(&Pool::single(), MatMut::row_major(&mut c, m, n), a.skip_zeros(), b, Start::Zero);
    assert!(c.iter().all(|&x| x == 2.0));
    matmul(&Pool::single(), MatMut::row_major(&mut c, m, n), a, b, Start::Zero);
    assert!(c.iter().all(|x| x.is_nan()));
}

#[test]
fn the_rectifier_keeps_nan_and_gives_zero_for_minus_infinity() {
    for isa in available() {
        for n in [1, 40] {
            let x = [f32::NAN, f32::NEG_INFINITY, -1.0, 2.0].repeat(10);
            let (one, x) =
                (MatRef::row_major(&[1.0], 1, 1), MatRef::row_major(&x[4 - n.min(4)..][..n], 1, n));
            let mut y = vec![9.0; n];
            let mut c = MatMut::row_major(&mut y, 1, n);
            for method in [Method::Loops, Method::Tiles] {
                // SAFETY: `isa` is available.
                unsafe { matmul_with(isa, method, &Pool::single(), &mut c, [&one, &x], Start::Zero, true) };
                for j in 0..n {
                    let (x, y) = (x.get(0, j), c.row_mut(0)[j]);
                    assert!(if x.is_nan() { y.is_nan() } else { y == x.max(0.0) }, "{isa:?} {x} {y}");
                }
            }
        }
    }
}
