//! What every fitted model says of its expansion.

/// Accessors of a model with fields `support` and `evaluator`; the order of its support vectors goes into their docs.
macro_rules! expansion_accessors {
    ($order:literal) => {
        pub(crate) fn expansion(&self) -> &Expansion {
            &self.evaluator.expansion
        }

        /// Returns the kernel, with gamma as a number.
        pub fn kernel(&self) -> &Kernel {
            &self.expansion().kernel
        }

        #[doc = concat!("Returns the rows of the support vectors in the training set, ", $order, ".")]
        ///
        /// Empty if the model was read from a file that does not name them.
        pub fn support(&self) -> &[u32] {
            &self.support
        }

        /// Returns the support vectors, in that order.
        pub fn support_vectors(&self) -> &SupportVectors {
            &self.expansion().vectors
        }
    };
}

pub(crate) use expansion_accessors;
