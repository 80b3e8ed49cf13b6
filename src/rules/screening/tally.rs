//! Of which names the words of a query were found, and of which the most.

/// So many names at most are compared word by word.
const MOST_CANDIDATES: usize = 80;

/// What was found for each name, and which words of the query it was found for.
pub(super) struct Tally {
    found: Vec<f32>,
    of: Vec<u32>,
    touched: Vec<u32>,
}

impl Tally {
    pub(super) fn new(names: usize) -> Self {
        Self { found: vec![0.0; names], of: vec![0; names], touched: Vec::new() }
    }

    /// Counts words of the query for a name, each word once: the most alike comes first, joined words after single ones.
    pub(super) fn add(&mut self, name: u32, of: u32, value: f32) {
        let at = name as usize;
        let (Some(found), Some(known)) = (self.found.get_mut(at), self.of.get_mut(at)) else { return };
        if *known == 0 {
            self.touched.push(name);
        }
        let fresh = of & !*known;
        if fresh != 0 {
            #[expect(clippy::cast_precision_loss, reason = "32 bits at most")]
            let share = if of == u32::MAX { 1.0 } else { fresh.count_ones() as f32 / of.count_ones() as f32 };
            *found += value * share;
            *known |= of;
        }
    }

    /// The names of which most was found, measured on the query and on the name alike.
    pub(super) fn best(self, told: f32, weights: &[f32]) -> Vec<u32> {
        let share = |name: u32| {
            let found = self.found.get(name as usize).copied().unwrap_or_default();
            let weight = weights.get(name as usize).copied().unwrap_or(1.0);
            found / (0.65 * told.min(weight) + 0.35 * told.max(weight)).max(0.1)
        };
        let shares = self.touched.iter().map(|name| (share(*name), *name));
        let mut best: Vec<(f32, u32)> = shares.filter(|(share, _)| *share > 0.3).collect();
        best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        best.truncate(MOST_CANDIDATES);
        best.into_iter().map(|(_, name)| name).collect()
    }
}
