//! Codecs between SQL text and the names of `rules/`: one spelling in both, and a stored text that is not a name is
//! an error, never a default.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

use crate::rules::{
    application, authority, declaration, end_user, exporter, gate, import, license, objection, overrides,
    product, revocation, template, values, verdict,
};

/// Gives types that read from and write to text their SQL codec as `text` and `text[]`.
macro_rules! as_text {
    ($($name:ty),+ $(,)?) => { $(
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <str as Type<Postgres>>::type_info()
            }

            fn compatible(info: &PgTypeInfo) -> bool {
                <str as Type<Postgres>>::compatible(info)
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                <String as PgHasArrayType>::array_type_info()
            }
        }

        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <String as Encode<Postgres>>::encode(self.to_string(), buffer)
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(<&str as Decode<Postgres>>::decode(value)?.parse()?)
            }
        }
    )+ };
}

as_text!(
    application::Body,
    application::Kind,
    application::Outcome,
    application::Purpose,
    application::ReopeningSource,
    application::Stance,
    application::Status,
    authority::Ministry,
    authority::Role,
    declaration::StatedEnd,
    declaration::Status,
    end_user::EndUserKind,
    end_user::Status,
    exporter::Status,
    gate::EmbargoScope,
    import::Status,
    license::FreezeSource,
    license::Ground,
    license::ReinstatementSource,
    license::Status,
    objection::Against,
    objection::Consequence,
    objection::Status,
    overrides::OpinionFinding,
    overrides::Status,
    product::ProductClass,
    product::SecurityClassification,
    product::Status,
    product::TechnologyTag,
    revocation::Status,
    template::Status,
    template::TransitionRule,
    values::ControlCode,
    values::ControlPrefix,
    values::Country,
    values::Currency,
    values::Digest,
    values::Handle,
    values::Name,
    values::Prose,
    values::Territory,
    values::Unit,
    verdict::Rule,
);
