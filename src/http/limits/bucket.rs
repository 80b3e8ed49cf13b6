//! Buckets: how often someone may ask, by the generic cell rate algorithm (ITU-T I.371, annex A).
//!
//! Each key has one instant: when its bucket is full again. A request moves it on by one refill; a request that would
//! move it further ahead than a whole bucket is refused and moves nothing. Property kept: in any span of time a key is
//! let through at most `burst` times and once more for every refill in it. The number of keys is bounded: a full
//! bucket is as good as none and is forgotten; when there are too many that are not full, those who are new share one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a key may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many requests a full bucket holds; at least 1 counts.
    pub burst: u32,
    /// How long one request takes to come back.
    pub refill: Duration,
}

impl Rate {
    /// So many requests a second, and so many at once. None where either is zero: no limit.
    pub fn per_second(requests: u32, burst: u32) -> Option<Self> {
        let refill = Duration::from_secs(1).checked_div(requests)?;
        (burst > 0).then_some(Self { burst, refill })
    }

    /// How long an empty bucket takes to be full.
    fn whole(self) -> Duration {
        self.refill.saturating_mul(self.burst)
    }
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is held to.
    pub rate: Rate,
    /// How many requests it may still make now.
    pub remaining: u32,
    /// How long until the bucket is full.
    pub full_in: Duration,
    /// How long until one more request is let through; zero where one is now.
    pub wait: Duration,
}

impl Standing {
    /// The window of the policy, in seconds: the time in which a bucket fills.
    pub fn window(&self) -> u64 {
        seconds(self.rate.whole())
    }
}

/// Whole seconds, rounded up.
pub fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// The buckets of many keys.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    most: usize,
    full_at: Mutex<Full<K>>,
}

/// When each bucket is full.
#[derive(Debug)]
struct Full<K> {
    of: HashMap<K, Instant>,
    /// Of all those who came when there was no room for a bucket of their own.
    shared: Option<Instant>,
    /// When the full ones were last forgotten for want of room.
    swept: Option<Instant>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// No keys yet; at most `most` at a time.
    pub fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, full_at: Mutex::new(Full { of: HashMap::new(), shared: None, swept: None }) }
    }

    /// Takes one request out of a bucket. `Err` where it is empty; then nothing is taken.
    pub fn take(&self, key: K, now: Instant) -> Result<Standing, Standing> {
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.bucket(key, now, self.most, self.rate);
        let standing = self.standing(*full_at, now);
        if standing.remaining == 0 {
            return Err(standing);
        }
        *full_at = (*full_at).max(now) + self.rate.refill;
        Ok(self.standing(*full_at, now))
    }

    /// Where a key stands, without taking anything.
    pub fn look(&self, key: &K, now: Instant) -> Standing {
        let buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at =
            buckets.of.get(key).copied().or(buckets.shared.filter(|_| buckets.of.len() >= self.most));
        self.standing(full_at.unwrap_or(now), now)
    }

    /// Whether a key has a bucket.
    pub fn knows(&self, key: &K) -> bool {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner).of.contains_key(key)
    }

    fn standing(&self, full_at: Instant, now: Instant) -> Standing {
        let full_in = full_at.saturating_duration_since(now);
        let room = self.rate.whole().saturating_sub(full_in);
        let remaining = room.as_nanos().checked_div(self.rate.refill.as_nanos()).unwrap_or_default();
        let wait = if remaining == 0 { self.rate.refill.saturating_sub(room) } else { Duration::ZERO };
        let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
        Standing { rate: self.rate, remaining, full_in, wait }
    }
}

impl<K: Eq + Hash> Full<K> {
    /// The bucket of a key: its own, or the shared one where there is no room.
    fn bucket(&mut self, key: K, now: Instant, most: usize, rate: Rate) -> &mut Instant {
        if self.of.len() >= most && !self.of.contains_key(&key) {
            // Looking through all of them for each newcomer would be a burden of its own.
            if self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= rate.refill) {
                self.of.retain(|_, full_at| *full_at > now);
                self.swept = Some(now);
            }
            if self.of.len() >= most {
                return self.shared.get_or_insert(now);
            }
        }
        self.of.entry(key).or_insert(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, refill: Duration::from_secs(2) };

    fn drawn(buckets: &Buckets<u8>, key: u8, now: Instant) -> usize {
        std::iter::from_fn(|| buckets.take(key, now).ok()).count()
    }

    #[test]
    fn a_burst_is_let_through_and_comes_back_one_by_one() {
        let (buckets, start) = (Buckets::new(RATE, 10), Instant::now());
        let first = buckets.take(1, start).unwrap();
        assert_eq!((first.remaining, first.window(), seconds(first.full_in)), (2, 6, 2));
        assert_eq!(drawn(&buckets, 1, start), 2);
        let refused = buckets.take(1, start + Duration::from_millis(500)).unwrap_err();
        assert_eq!((refused.remaining, refused.wait), (0, Duration::from_millis(1500)));
        assert_eq!(drawn(&buckets, 1, start + Duration::from_secs(2)), 1);
        assert_eq!(drawn(&buckets, 1, start + Duration::from_mins(1)), 3, "never more than a bucket");
    }

    #[test]
    fn each_key_has_its_own_and_looking_takes_nothing() {
        let (buckets, now) = (Buckets::new(RATE, 10), Instant::now());
        assert_eq!(drawn(&buckets, 1, now), 3);
        for _ in 0..10 {
            assert_eq!(buckets.look(&2, now).remaining, 3);
        }
        assert!(buckets.knows(&1) && !buckets.knows(&2));
        assert_eq!(drawn(&buckets, 2, now), 3);
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let (buckets, now) = (Buckets::new(RATE, 4), Instant::now());
        for key in 0..4 {
            assert!(buckets.take(key, now).is_ok());
        }
        let through = (4..100).filter(|key| buckets.take(*key, now).is_ok()).count();
        assert_eq!(through, 3, "the newcomers share one bucket");
        assert_eq!(buckets.look(&200, now).remaining, 0);
        assert_eq!(buckets.full_at.lock().unwrap().of.len(), 4);
        let later = now + Duration::from_secs(7);
        assert_eq!(drawn(&buckets, 100, later), 3, "the full ones made room");
        assert!(buckets.knows(&100) && !buckets.knows(&0));
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        assert_eq!(Rate::per_second(0, 10), None);
        assert_eq!(Rate::per_second(10, 0), None);
        let refill = Duration::from_millis(5);
        assert_eq!(Rate::per_second(200, 1000), Some(Rate { burst: 1000, refill }));
    }
}
