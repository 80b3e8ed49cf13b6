//! The list of all life cycles: what the documents, the database's reference table and the tests run over.

use super::lifecycle::{LifeCycle, NamedEdge, markdown, named};
use super::{
    allegation, application, assessment, consignee, declaration, end_user, erasure, exemption, exporter,
    import, license, measure, objection, overrides, product, review, revocation, screening_flag,
    screening_hit, screening_list, template,
};

/// Every life cycle with its edges, in the order a case meets them.
pub fn all() -> Vec<(&'static str, Vec<NamedEdge>)> {
    fn entry<C: LifeCycle>() -> (&'static str, Vec<NamedEdge>) {
        (C::NAME, named::<C>())
    }
    vec![
        entry::<exporter::ExporterCycle>(),
        entry::<product::ProductCycle>(),
        entry::<end_user::EndUserCycle>(),
        entry::<consignee::ConsigneeCycle>(),
        entry::<template::TemplateCycle>(),
        entry::<declaration::DeclarationCycle>(),
        entry::<application::ApplicationCycle>(),
        entry::<license::LicenseCycle>(),
        entry::<exemption::ExemptionCycle>(),
        entry::<measure::MeasureCycle>(),
        entry::<revocation::RevocationCycle>(),
        entry::<objection::ObjectionCycle>(),
        entry::<overrides::OverrideCycle>(),
        entry::<import::ImportCycle>(),
        entry::<assessment::AssessmentCycle>(),
        entry::<review::ReviewCycle>(),
        entry::<allegation::AllegationCycle>(),
        entry::<screening_list::ScreeningListCycle>(),
        entry::<screening_hit::ScreeningHitCycle>(),
        entry::<screening_flag::ScreeningFlagCycle>(),
        entry::<erasure::ErasureCycle>(),
    ]
}

/// The page of all life cycles, as `docs/life-cycles.md` holds it.
pub fn page() -> String {
    let mut page = String::from(
        "# Life cycles\n\nGenerated from the tables of edges in `src/rules` by `export-license-registry life-cycles`.\n",
    );
    for (name, edges) in all() {
        page.push('\n');
        page.push_str(&markdown(name, &edges));
    }
    page
}
