//! Choices of a scenario, each declared once: its type, what it means, how it is spelt.

/// Declares choices: an enum for each, whose variants are read from a scenario, written and shown by the name that
/// stands beside them.
macro_rules! choices {
    ($($(#[$about:meta])* $choice:ident { $($(#[$means:meta])* $variant:ident = $name:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub enum $choice {
            $($(#[$means])* #[serde(rename = $name)] $variant,)*
        }

        impl $choice {
            /// Its name in a scenario.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl ::std::fmt::Display for $choice {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.name())
            }
        }
    )*};
}

pub(super) use choices;
