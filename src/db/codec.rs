//! Codecs between SQL text and the names of `rules/`: one spelling in both, and a stored text that is not a name is
//! an error, never a default.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

use crate::rules::{
    allegation, application, assessment, authority, consignee, deadline, declaration, edition, end_user,
    erasure, exemption, exporter, gate, import, license, measure, objection, operation, overrides, product,
    programme, review, revocation, screening_flag, screening_hit, screening_list, template, values, verdict,
};

/// Gives types that read from and write to text their SQL codec as `text` and `text[]`; what is read is parsed with
/// the function.
macro_rules! as_text {
    ($read:expr; $($name:ty),+ $(,)?) => { $(
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
                $read(<&str as Decode<Postgres>>::decode(value)?)
            }
        }
    )+ };
}

// Free text was judged when it came on file.
as_text!(|text| Ok(values::Name::on_file(text)); values::Name);
as_text!(|text| Ok(values::Prose::on_file(text)); values::Prose);
as_text!(|text| Ok(values::EntryText::on_file(text)); values::EntryText);
as_text!(
    |text: &str| Ok(text.parse()?);
    allegation::Credibility,
    allegation::SourceKind,
    allegation::Status,
    application::Body,
    application::Kind,
    application::Outcome,
    application::Purpose,
    application::ReopeningSource,
    application::Stance,
    application::Status,
    assessment::Consideration,
    assessment::Level,
    assessment::Status,
    authority::Ministry,
    authority::Role,
    consignee::ConsigneeRole,
    consignee::Status,
    deadline::Timed,
    declaration::StatedEnd,
    declaration::Status,
    edition::EditionSubject,
    end_user::EndUserKind,
    end_user::Status,
    erasure::Kind,
    erasure::Status,
    exemption::Status,
    exporter::Status,
    gate::EmbargoScope,
    import::Status,
    license::FreezeSource,
    license::Ground,
    license::ReinstatementSource,
    license::Status,
    measure::DecisionAct,
    measure::Status,
    objection::Against,
    objection::Consequence,
    objection::Status,
    operation::Kind,
    operation::Status,
    operation::Task,
    overrides::OpinionFinding,
    overrides::Status,
    product::ProductClass,
    product::SecurityClassification,
    product::Status,
    product::TechnologyTag,
    programme::ProgrammeMeasure,
    review::EvidenceKind,
    review::Proposal,
    review::Status,
    revocation::Status,
    screening_flag::Status,
    screening_hit::PartyKind,
    screening_hit::Status,
    screening_list::Status,
    template::Status,
    template::TransitionRule,
    values::ControlCode,
    values::ControlPrefix,
    values::Country,
    values::Currency,
    values::Digest,
    values::GroupCode,
    values::Handle,
    values::ListCode,
    values::Reference,
    values::Term,
    values::Territory,
    values::Unit,
    verdict::Outcome,
    verdict::Rule,
);
