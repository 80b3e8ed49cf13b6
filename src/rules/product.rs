//! The register of products: submission, classification and its versions.
//!
//! A license pins the classification version it was granted on; a new version never changes what was granted.

use super::lifecycle::{Edge, LifeCycle, edges};
use super::vocabulary;

vocabulary! {
    /// Where a product stands in the product register.
    Status { Submitted, Returned, Classified, NotControlled, Retired }
}

vocabulary! {
    /// What can happen to a registered product.
    Action { Submit, Return, Resubmit, Classify, FindNotControlled, Reclassify, Retire }
}

vocabulary! {
    /// The class a product falls in; it selects the declaration template. Ordered from the least to the most strict.
    ProductClass {
        /// Dual-use goods that no stricter class covers.
        DualUse,
        /// Arms and military equipment (the Munitions List).
        Military,
        /// Cyber-intrusion, interception and intelligence systems.
        CyberIntelligence,
    }
}

vocabulary! {
    /// The security classification of the technology.
    SecurityClassification { Unclassified, Restricted, Confidential, Secret, TopSecret }
}

vocabulary! {
    /// What the technology does, where a policy may need to find it across control-list codes.
    TechnologyTag { CyberIntrusion, Interception, Surveillance, Encryption, Uncrewed, Missile, Firearm, NightVision, Nuclear }
}

/// The life cycle of a registered product.
#[derive(Clone, Copy, Debug)]
pub struct ProductCycle;

impl LifeCycle for ProductCycle {
    type Status = Status;
    type Action = Action;
    const NAME: &'static str = "product";
    const EDGES: &'static [Edge<Status, Action>] = edges! {
        new - Submit -> Submitted, SubmitProduct;
        [Submitted] - Return -> Returned, ClassifyProduct;
        [Returned] - Resubmit -> Submitted, SubmitProduct;
        [Submitted] - Classify -> Classified, ClassifyProduct;
        [Submitted] - FindNotControlled -> NotControlled, ClassifyProduct;
        [Classified] - Reclassify -> Classified, ClassifyProduct;
        [Classified] - Retire -> Retired, SubmitProduct;
    };
}
