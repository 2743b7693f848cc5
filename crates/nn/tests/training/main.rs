//! Training: the trainer, parameter groups, weights of samples and classes, accumulated gradients.

mod accumulation;
mod groups;
mod trainer;
mod two_terms;
mod weights;
