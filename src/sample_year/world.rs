//! What the sample year is made of: countries, names, products and texts. All of it is invented except the codes.

use crate::rules::end_user::EndUserKind;
use crate::rules::product::ProductClass;
use crate::rules::values::Unit;

/// The 190 destinations, roughly from the busiest to the quietest. Those under an arms embargo are among them: it is
/// the gate that refuses them.
pub(super) const DESTINATIONS: &str = "US IN DE GB AZ VN FR IT KR PH SG AU CA BR PL NL ES RO CZ GR JP TH AE MA BH KE \
    CO MX CL PE CH AT FI SE NO DK BE PT HU SK BG EE LV LT SI HR CY MT LU IE TR KZ UZ GE RS ME MK AL UA AR EC UY PY BO \
    GT PA CR DO HN SV NI JM TT BS BB ZA NG GH ET UG TZ RW ZM AO CM SN CI BW NA MZ MW GA CG TG BJ ML BF NE TD NP LK BD \
    BN MY ID KH LA MM MN PG NZ FJ OM KW QA SA JO EG TN DZ MR IS AD MC SM LI BA MD AM BY KG TJ TM RU CN PK AF IQ YE LB \
    SD SO SS LY CF CD ER ZW CU VE HT KP GN GW GM SL LR CV ST GQ BI DJ KM SC MU MG LS SZ MV BT TL TO WS SB VU KI TV NR \
    PW MH FM BZ GY SR AG DM GD KN LC VC";

/// The beginnings of exporters' names.
pub(super) const FIRM_HEADS: [&str; 20] = [
    "Aldera", "Bareket", "Carmel", "Dolev", "Elgar", "Firon", "Galon", "Harel", "Ivrin", "Kedem", "Lahav",
    "Marom", "Negba", "Orion", "Peled", "Ramon", "Sahar", "Tavor", "Yarden", "Zohar",
];
/// The ends of exporters' names.
pub(super) const FIRM_TAILS: [&str; 10] = [
    "Aeronautics Ltd.",
    "Armor Ltd.",
    "Avionics Ltd.",
    "Cyber Ltd.",
    "Defense Systems Ltd.",
    "Electronics Ltd.",
    "Marine Ltd.",
    "Optics Ltd.",
    "Robotics Ltd.",
    "Signals Ltd.",
];

/// A sort of product.
pub(super) struct Sort {
    pub(super) class: ProductClass,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) tag: &'static str,
    pub(super) unit: Unit,
    /// The price of one, in whole units of a currency.
    pub(super) price: u32,
}

const fn sort(
    class: ProductClass,
    code: &'static str,
    name: &'static str,
    tag: &'static str,
    unit: Unit,
    price: u32,
) -> Sort {
    Sort { class, code, name, tag, unit, price }
}

/// The sorts of products, by class.
pub(super) const SORTS: [Sort; 21] = [
    sort(ProductClass::Military, "ML1.a", "assault rifle", "firearm", Unit::Piece, 1_400),
    sort(ProductClass::Military, "ML2.a", "mortar", "", Unit::Piece, 38_000),
    sort(ProductClass::Military, "ML3.a", "ammunition", "", Unit::Set, 260),
    sort(ProductClass::Military, "ML4.a", "guided missile", "missile", Unit::Piece, 210_000),
    sort(ProductClass::Military, "ML5.b", "target acquisition radar", "surveillance", Unit::Set, 1_900_000),
    sort(ProductClass::Military, "ML6.a", "armored vehicle", "", Unit::Piece, 480_000),
    sort(ProductClass::Military, "ML9.c", "sonar", "", Unit::Set, 900_000),
    sort(ProductClass::Military, "ML10.c", "uncrewed aircraft", "uncrewed", Unit::Piece, 1_200_000),
    sort(ProductClass::Military, "ML11.a", "electronic warfare system", "", Unit::Set, 2_400_000),
    sort(ProductClass::Military, "ML13.c", "ballistic helmet", "", Unit::Piece, 450),
    sort(ProductClass::Military, "ML15.d", "thermal imager", "night_vision", Unit::Piece, 17_000),
    sort(ProductClass::DualUse, "3A001.b", "microwave amplifier", "", Unit::Piece, 3_200),
    sort(ProductClass::DualUse, "5A002.a", "encryption unit", "encryption", Unit::Piece, 5_500),
    sort(ProductClass::DualUse, "6A003.b", "infrared camera", "night_vision", Unit::Piece, 9_800),
    sort(ProductClass::DualUse, "6A005.b", "laser", "", Unit::Piece, 12_500),
    sort(ProductClass::DualUse, "7A103.a", "inertial unit", "missile", Unit::Piece, 41_000),
    sort(ProductClass::DualUse, "9A012.a", "uncrewed aerial vehicle", "uncrewed", Unit::Piece, 64_000),
    sort(ProductClass::DualUse, "5D002.c", "encryption software", "encryption", Unit::UserLicense, 900),
    sort(
        ProductClass::CyberIntelligence,
        "4A005",
        "intrusion platform",
        "cyber_intrusion",
        Unit::UserLicense,
        120_000,
    ),
    sort(
        ProductClass::CyberIntelligence,
        "5A001.f",
        "interception system",
        "interception",
        Unit::Set,
        750_000,
    ),
    sort(
        ProductClass::CyberIntelligence,
        "5A001.j",
        "network surveillance system",
        "surveillance",
        Unit::Set,
        640_000,
    ),
];

/// The bodies that a state acts through.
pub(super) const STATE_BODIES: [(EndUserKind, &str); 4] = [
    (EndUserKind::ArmedForces, "Armed Forces"),
    (EndUserKind::Government, "Ministry of Defense"),
    (EndUserKind::LawEnforcement, "National Police"),
    (EndUserKind::IntelligenceAgency, "State Security Service"),
];
/// Other bodies.
pub(super) const OTHER_BODIES: [(EndUserKind, &str); 3] = [
    (EndUserKind::StateOwnedCompany, "State Industries"),
    (EndUserKind::PrivateCompany, "Industries Inc."),
    (EndUserKind::PrivateCompany, "Trading Company"),
];

/// The grounds of revocations, the usual ones more than once.
pub(super) const GROUNDS: [crate::rules::license::Ground; 12] = {
    use crate::rules::license::Ground;
    [
        Ground::HumanRights,
        Ground::HumanRights,
        Ground::HumanRights,
        Ground::HumanRights,
        Ground::HumanRights,
        Ground::PoliticalInstability,
        Ground::PoliticalInstability,
        Ground::PoliticalInstability,
        Ground::PoliticalInstability,
        Ground::EndUseBreach,
        Ground::ForeignRelations,
        Ground::NationalSecurity,
    ]
};

/// What an acquiring state signs for cyber and intelligence systems.
pub(super) const CYBER_CLAUSES: [&str; 4] = [
    "The system is used only to prevent or investigate terrorist acts and serious crimes.",
    "A serious crime is one that the law of the acquiring state punishes with at least six years.",
    "Expressing an opinion or criticism is in itself neither a terrorist act nor a serious crime.",
    "On a breach the system may be restricted or disconnected and the license revoked.",
];
/// What it signs for everything else.
pub(super) const CLAUSES: [&str; 2] = [
    "The goods are for the end use and the end user stated here.",
    "The goods are not transferred to anyone else without the consent of the exporting state.",
];
