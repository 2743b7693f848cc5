//! The lists of built-in kinds: how a configuration file and a checkpoint name them, and what the tests loop over.

use crate::network::Shape;

/// An example of a kind, by which the tests and gradient checks try it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example<K> {
    /// The hyper-parameters.
    pub config: K,
    /// The shapes of the inputs, for a layer.
    pub inputs: Vec<Shape>,
    /// Whether the function has kinks, where it has no derivative.
    pub kinked: bool,
}

impl<K> Example<K> {
    /// A smooth example without inputs.
    pub fn new(config: K) -> Self {
        Self { config, inputs: Vec::new(), kinked: false }
    }

    /// Adds an input of a shape.
    #[must_use]
    pub fn input(mut self, shape: impl Into<Shape>) -> Self {
        self.inputs.push(shape.into());
        self
    }

    /// Says whether the function has kinks.
    #[must_use]
    pub fn kinked(mut self, kinked: bool) -> Self {
        self.kinked = kinked;
        self
    }

    /// The example with another type of configuration.
    pub fn map<T>(self, f: impl FnOnce(K) -> T) -> Example<T> {
        Example { config: f(self.config), inputs: self.inputs, kinked: self.kinked }
    }
}

/// A kind that has examples: every built-in layer, loss and optimiser.
pub trait Examples: Sized {
    /// At least one example, more where hyper-parameters change the equations.
    fn examples() -> Vec<Example<Self>>;
}

/// Makes an enum of built-in kinds, each the name of a struct that implements `$Trait<F>` and [`Examples`]. A kind with
/// hyper-parameters is written `Huber(Huber)`, one without `Mse`.
///
/// In files a kind is a table with its name in snake case as `kind`, followed by the fields of the struct.
macro_rules! configs {
    (
        $(#[$meta:meta])*
        pub enum $Config:ident: $Trait:ident { $($(#[$attribute:meta])* $Kind:ident $(($Settings:ident))?),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
        pub enum $Config {
            $(
                #[doc = concat!("[`", stringify!($Kind), "`](struct@", stringify!($Kind), ").")]
                $(#[$attribute])*
                $Kind $(($Settings))?,
            )+
        }

        impl $Config {
            #[doc = concat!("The [`", stringify!($Trait), "`] that this describes.")]
            pub fn build<F: pellucid_compute::Scalar>(&self) -> Box<dyn $Trait<F>> {
                match self {
                    $(Self::$Kind $(($crate::configs::configs!(@settings $Settings settings)))? =>
                        Box::new($crate::configs::configs!(@value settings, $Kind $(, $Settings)?)),)+
                }
            }

            /// At least one example of every kind.
            pub fn examples() -> Vec<$crate::configs::Example<Self>> {
                let mut all = Vec::new();
                $(all.extend(<$Kind as $crate::configs::Examples>::examples().into_iter().map(|e| e.map(Self::from)));)+
                all
            }
        }

        $(
            impl From<$Kind> for $Config {
                fn from(settings: $Kind) -> Self {
                    let _ = &settings;
                    Self::$Kind $(($crate::configs::configs!(@settings $Settings settings)))?
                }
            }
        )+
    };
    (@settings $Settings:ident $settings:ident) => { $settings };
    (@value $settings:ident, $Kind:ident) => { $Kind };
    (@value $settings:ident, $Kind:ident, $Settings:ident) => { $Settings::clone($settings) };
}

pub(crate) use configs;
