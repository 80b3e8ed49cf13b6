//! Sanctions and embargo programmes of others: what they impose, as facts that are shown and decide nothing.

use super::vocabulary;

vocabulary! {
    /// What a programme imposes.
    ProgrammeMeasure {
        ArmsEmbargo,
        /// Restrictions on arms short of an embargo.
        ArmsRestrictions,
        ExportControls, ImportRestrictions, AssetFreeze, TravelBan, FinancialRestrictions, InvestmentBan,
        SectoralSanctions, TransportRestrictions, ServicesBan, AidSuspension, Debarment,
        /// Claims that a measure gave rise to are not met.
        ClaimsProhibition,
    }
}
