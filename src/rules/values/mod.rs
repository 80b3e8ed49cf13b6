//! Values: what arrives as text is parsed here once, into a type that can only hold what is allowed.
//!
//! Each value has one normal form. Parsing answers with a sentence that says what is expected, which becomes the
//! `detail` of a field in problem+json.

mod characters;
mod control_code;
mod country;
mod money;
mod reference;
mod text;

pub use control_code::{ControlCode, ControlPrefix, prefixes};
pub use country::{Country, GroupCode, Territory};
pub use money::{Amount, Currency, Quantity, Score, Unit};
pub use reference::{ListCode, Reference, Term};
pub use text::{Digest, EntryText, Handle, Name, Prose};

/// Why a value was not taken: a sentence for the person who sent it. It never repeats the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    pub(super) fn new(says: impl Into<String>) -> Self {
        Self(says.into())
    }
}

/// Gives a parsed text value its conversions, so that it reads from and writes to JSON, SQL and messages as text, and
/// its schema, with the bounds and the pattern that a client can check by itself.
macro_rules! text_value {
    ($name:ident, $description:literal, $example:literal, |$schema:ident| $constrained:expr) => {
        impl TryFrom<String> for $name {
            type Error = $crate::rules::values::Invalid;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let $schema = utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($description))
                    .examples([$example]);
                $constrained.into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(super) use text_value;
