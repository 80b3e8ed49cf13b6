//! The rules: every decision the registry takes, as pure functions over values.
//!
//! Nothing here reads a clock, a database or a request, and nothing here can fail half-way: a rule is given its
//! facts and answers with a status, a permission or a [`verdict::Verdict`]. The room names no other room of the
//! crate, which `tests/architecture.rs` checks.
//!
//! - [`values`]: text, countries, control-list codes, money and quantities, parsed once at the edge
//! - [`lifecycle`] and one file per life cycle: the tables of permitted steps
//! - [`gate`]: what a grant, a renewal, an amendment or an unfreezing is checked against
//! - [`authority`]: who may do what
//! - [`deadline`]: the statutory clock of an application

pub mod application;
pub mod authority;
pub mod cycles;

pub mod declaration;
pub mod end_user;
pub mod exporter;

pub mod import;
pub mod license;
pub mod lifecycle;
pub mod product;
pub mod revocation;
pub mod template;
pub mod values;


/// Declares a closed vocabulary: a flat enum whose members have one spelling, used in JSON, in SQL and in messages.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            strum::EnumString, strum::IntoStaticStr, strum::VariantArray, strum::Display, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The one spelling, as it stands in JSON and in the database.
            pub fn name(self) -> &'static str {
                self.into()
            }
        }
    };
}
pub(crate) use vocabulary;
