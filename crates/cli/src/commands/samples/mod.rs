//! The samples that commands run on: tables, columns beside them, and what a network asks of both.

pub mod classes;
pub mod columns;
pub mod input;
pub mod random;
pub mod roles;
pub mod rows;
pub mod source;
