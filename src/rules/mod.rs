//! The rules: every decision the registry takes, as pure functions over values.
//!
//! Nothing here reads a clock, a database or a request, and nothing here can fail half-way: a rule is given its
//! facts and answers with a status, a permission or a [`verdict::Verdict`]. The room names no other room of the
//! crate, which `tests/architecture.rs` checks.
//!
//! - [`values`]: text, countries, control-list codes, money and quantities, parsed once at the edge
//! - [`lifecycle`] and one file per life cycle: the tables of permitted steps
//! - [`gate`]: what a grant, a renewal, an amendment, an unfreezing or a reinstatement is checked against
//! - [`measure`], [`scope`]: policy acts, and what they reach
//! - [`cover`]: which licenses and applications stand on a declaration of a template version
//! - [`eligibility`], [`precedent`]: what the gate can say of a case before it is filed, and which decided cases are like one
//! - [`disclosure`]: what an exporter is told of a verdict
//! - [`replay`]: a past case judged again, as it was or under another rule
//! - [`screening`]: names compared with lists of restricted parties; [`screening_list`], [`screening_hit`],
//!   [`screening_flag`]: the lists kept, the work on hits and what they touch
//! - [`edition`], [`proposal`]: whether an edition of a list follows the one before; codes proposed for a product
//! - [`authority`]: who may do what
//! - [`deadline`]: the statutory clock of an application

pub mod allegation;
pub mod application;
pub mod assessment;
pub mod authority;
pub mod consignee;
pub mod country_group;
pub mod country_name;
pub mod cover;
pub mod cycles;
pub mod deadline;
pub mod declaration;
pub mod disclosure;
pub mod edition;
pub mod eligibility;
pub mod end_user;
pub mod erasure;
pub mod exemption;
pub mod exporter;
pub mod gate;
pub mod import;
pub mod license;
pub mod lifecycle;
pub mod measure;
pub mod objection;
pub mod operation;
pub mod overrides;
pub mod precedent;
pub mod product;
pub mod programme;
pub mod proposal;
pub mod reasons;
pub mod replay;
pub mod review;
pub mod revocation;
pub mod scope;
pub mod screening;
pub mod screening_flag;
pub mod screening_hit;
pub mod screening_list;
pub mod template;
pub mod values;
pub mod verdict;

/// The name of a vocabulary in the OpenAPI document: `LicenseStatus` for `rules::license::Status`, and its own where
/// that says enough.
pub(crate) fn schema_name(module: &str, name: &str) -> String {
    if !["Status", "Action", "Kind", "Outcome"].contains(&name) {
        return name.to_owned();
    }
    let words = module.rsplit("::").next().unwrap_or_default().split('_');
    let module: String = words
        .flat_map(|word| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)))
        .collect();
    format!("{module}{name}")
}

/// Declares a closed vocabulary: a flat enum whose members have one spelling, used in JSON, in SQL and in messages.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            strum::EnumString, strum::IntoStaticStr, strum::VariantArray, strum::Display,
        )]
        #[allow(missing_docs, reason = "a member whose name says all needs no sentence")]
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

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::ALL.iter().map(|member| member.name())))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            // Several life cycles have a `Status`: in the document each is told by its module.
            fn name() -> std::borrow::Cow<'static, str> {
                $crate::rules::schema_name(module_path!(), stringify!($name)).into()
            }
        }
    };
}
pub(crate) use vocabulary;
