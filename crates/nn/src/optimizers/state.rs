//! The state of an optimiser.

use std::ops::Range;

/// The numbers that an optimiser keeps for some parameters, to be changed by a step.
///
/// They are stored as vectors that are as long as all parameters of a model, one after the other; a step may be made on
/// a contiguous part of the parameters, a parameter group.
///
/// ```
/// use pellucid_nn::StateMut;
/// let mut flat = [0.0_f64; 6];
/// let [m, v] = StateMut::part(&mut flat, 3, 1..3).get();
/// (m[0], v[1]) = (1.0, 2.0);
/// assert_eq!(flat, [0.0, 1.0, 0.0, 0.0, 0.0, 2.0]);
/// ```
#[derive(Debug)]
pub struct StateMut<'a, F> {
    flat: &'a mut [F],
    parameters: usize,
    part: Range<usize>,
}

impl<'a, F> StateMut<'a, F> {
    /// Returns the state of all of `parameters` parameters.
    pub fn whole(flat: &'a mut [F], parameters: usize) -> Self {
        Self::part(flat, parameters, 0..parameters)
    }

    /// Returns the state of the parameters `part` of `parameters`.
    ///
    /// # Panics
    /// Panics if `part` exceeds the parameters, or `flat` does not hold whole vectors.
    pub fn part(flat: &'a mut [F], parameters: usize, part: Range<usize>) -> Self {
        assert!(part.start <= part.end && part.end <= parameters, "a part of {parameters} parameters");
        assert!(
            flat.is_empty() || flat.len().is_multiple_of(parameters.max(1)),
            "vectors of {parameters} numbers"
        );
        Self { flat, parameters, part }
    }

    /// Returns the vectors of the part, as many as [`Optimizer::state_per_parameter`](crate::Optimizer::state_per_parameter)
    /// says.
    ///
    /// # Panics
    /// Panics if the state has fewer.
    pub fn get<const N: usize>(self) -> [&'a mut [F]; N] {
        let Self { flat, parameters, part } = self;
        assert!(flat.len() >= N * parameters, "a state of {N} numbers a parameter");
        let mut vectors = flat.chunks_exact_mut(parameters.max(1));
        std::array::from_fn(|_| vectors.next().map_or(&mut [][..], |vector| &mut vector[part.clone()]))
    }
}
