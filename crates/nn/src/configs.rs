//! The lists of built-in kinds: how a configuration file and a checkpoint name them, and what the tests loop over.

use serde::Serialize;

use crate::layer::Port;
use crate::network::Shape;

/// An example of a kind, by which the tests and gradient checks try it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example<K> {
    /// The name in the field's words.
    pub name: String,
    /// The hyper-parameters.
    pub config: K,
    /// The inputs, for a layer or an operation.
    pub inputs: Vec<Port>,
    /// Whether the function has kinks, where it has no derivative.
    pub kinked: bool,
}

impl<K> Example<K> {
    /// Makes a smooth example without inputs.
    pub fn new(name: impl Into<String>, config: K) -> Self {
        Self { name: name.into(), config, inputs: Vec::new(), kinked: false }
    }

    /// Adds an input of numbers.
    #[must_use]
    pub fn input(mut self, shape: impl Into<Shape>) -> Self {
        self.inputs.push(Port::numbers(shape));
        self
    }

    /// Adds an input of indices smaller than `below`.
    #[must_use]
    pub fn indices(mut self, shape: impl Into<Shape>, below: u32) -> Self {
        self.inputs.push(Port::indices(shape, below));
        self
    }

    /// Says whether the function has kinks.
    #[must_use]
    pub fn kinked(mut self, kinked: bool) -> Self {
        self.kinked = kinked;
        self
    }

    /// Returns the example with another type of configuration.
    pub fn map<T>(self, f: impl FnOnce(K) -> T) -> Example<T> {
        Example { name: self.name, config: f(self.config), inputs: self.inputs, kinked: self.kinked }
    }
}

/// A kind that has examples: every built-in layer, loss and optimiser.
pub trait Examples: Sized {
    /// At least one example, more where hyper-parameters change the equations.
    fn examples() -> Vec<Example<Self>>;
}

/// Returns a layer's configuration as files hold it: its kind, then its hyper-parameters.
///
/// ```
/// let json = pellucid_nn::configs::kind_of("huber", &pellucid_nn::Huber { delta: 0.5 });
/// assert_eq!(json.to_string(), r#"{"delta":0.5,"kind":"huber"}"#);
/// ```
pub fn kind_of(kind: &str, settings: &impl Serialize) -> serde_json::Value {
    let mut fields = serde_json::Map::new();
    fields.insert("kind".into(), kind.into());
    // Plain data can always be written as a value; a struct without fields is null.
    if let Ok(serde_json::Value::Object(settings)) = serde_json::to_value(settings) {
        fields.extend(settings);
    }
    fields.into()
}

/// Makes an enum of built-in kinds, each the name of a struct that implements `$Trait<F>` and [`Examples`]. A kind with
/// hyper-parameters is written `Huber(Huber)`, one without `Mse`. A list of kinds that are variants of one enum, the
/// activations, may follow.
///
/// In files a kind is a table with its name in snake case as `kind`, followed by the fields of the struct.
macro_rules! configs {
    (
        $(#[$meta:meta])*
        pub enum $Config:ident: $Trait:ident { $($(#[$attribute:meta])* $Kind:ident $(($Settings:ident))?),+ $(,)? }
        $($Group:ident { $($(#[$doc:meta])* $Member:ident $(($setting:ident: $Type:ty))?,)+ })?
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
            $($($(#[$doc])* $Member $({
                #[doc = concat!("The ", stringify!($setting), ".")]
                $setting: $Type,
            })?,)+)?
        }

        impl $Config {
            #[doc = concat!("The [`", stringify!($Trait), "`] that this describes.")]
            pub fn build<F: pellucid_compute::Scalar>(&self) -> Box<dyn $Trait<F>> {
                match self {
                    $(Self::$Kind $(($crate::configs::configs!(@settings $Settings settings)))? =>
                        Box::new($crate::configs::configs!(@value settings, $Kind $(, $Settings)?)),)+
                    $($(Self::$Member $({ $setting })? => Box::new($Group::$Member $((*$setting))?),)+)?
                }
            }

            /// At least one example of every kind.
            pub fn examples() -> Vec<$crate::configs::Example<Self>> {
                let mut all = Vec::new();
                $(all.extend(<$Kind as $crate::configs::Examples>::examples().into_iter().map(|e| e.map(Self::from)));)+
                $(all.extend(<$Group as $crate::configs::Examples>::examples().into_iter().map(|e| e.map(Self::from)));)?
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

        $(
            impl From<$Group> for $Config {
                fn from(member: $Group) -> Self {
                    match member {
                        $($Group::$Member $(($setting))? => Self::$Member $({ $setting })?,)+
                    }
                }
            }
        )?
    };
    (@settings $Settings:ident $settings:ident) => { $settings };
    (@value $settings:ident, $Kind:ident) => { $Kind };
    (@value $settings:ident, $Kind:ident, $Settings:ident) => { $Settings::clone($settings) };
}

pub(crate) use configs;
