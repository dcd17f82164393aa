//! Rate limits (GCRA), per process and in real time: they protect the machine, not the law, so that they do not follow
//! the injected clock. Limited requests are counted and logged, never written to a permanent table.

use super::actor::{Actor, Identity};
use crate::kernel::{
    error::Problem,
    ids::{AccountId, RegistrationId},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use serde::Deserialize;
use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

/// How much is allowed: so many at once, and so many again in each minute.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}
impl Rate {
    const fn new(burst: u32, per_minute: u32) -> Rate {
        let (Some(burst), Some(per_minute)) = (NonZeroU32::new(burst), NonZeroU32::new(per_minute)) else {
            return Rate { burst: NonZeroU32::MIN, per_minute: NonZeroU32::MIN };
        };
        Rate { burst, per_minute }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateSettings {
    /// Sign-ins per account name and address.
    pub login: Rate,
    /// Sign-ins per address, over all names.
    pub login_address: Rate,
    /// Sign-ups per address.
    pub sign_up: Rate,
    /// Mutations per account.
    pub mutation: Rate,
    /// Bids per registration.
    pub bid: Rate,
}
impl Default for RateSettings {
    fn default() -> RateSettings {
        RateSettings {
            login: Rate::new(5, 5),
            // a court's staff often shares one address
            login_address: Rate::new(60, 60),
            sign_up: Rate::new(20, 10),
            mutation: Rate::new(300, 600),
            bid: Rate::new(20, 60),
        }
    }
}

/// The limits of one process.
pub struct RateLimits {
    login: DefaultKeyedRateLimiter<(String, Option<IpAddr>)>,
    login_address: DefaultKeyedRateLimiter<Option<IpAddr>>,
    sign_up: DefaultKeyedRateLimiter<Option<IpAddr>>,
    mutation: DefaultKeyedRateLimiter<AccountId>,
    bid: DefaultKeyedRateLimiter<RegistrationId>,
}
impl RateLimits {
    pub fn new(settings: RateSettings) -> RateLimits {
        RateLimits {
            login: limiter(settings.login),
            login_address: limiter(settings.login_address),
            sign_up: limiter(settings.sign_up),
            mutation: limiter(settings.mutation),
            bid: limiter(settings.bid),
        }
    }
    /// Counts an attempt to sign in, whatever becomes of it. `name` is the folded login name, known or not.
    pub fn check_login(&self, name: &str, peer: Option<IpAddr>) -> Result<(), Problem> {
        check(&self.login_address, &peer, "login")?;
        check(&self.login, &(name.to_owned(), peer), "login")
    }
    /// Counts what an address asks for without a name: refreshing a session.
    pub fn check_address(&self, peer: Option<IpAddr>) -> Result<(), Problem> {
        check(&self.login_address, &peer, "address")
    }
    pub fn check_sign_up(&self, peer: Option<IpAddr>) -> Result<(), Problem> {
        check(&self.sign_up, &peer, "signUp")
    }
    /// Counts a mutation of a signed-in account; jobs and commands are not limited, the anonymous by address elsewhere.
    pub fn check_mutation(&self, actor: &Actor) -> Result<(), Problem> {
        match actor.identity {
            Identity::Account { id, .. } => check(&self.mutation, &id, "mutation"),
            _ => Ok(()),
        }
    }
    /// Counts a bid.
    pub fn check_bid(&self, registration: RegistrationId) -> Result<(), Problem> {
        check(&self.bid, &registration, "bid")
    }
    /// Forgets the keys that have been quiet for long enough to have their whole allowance again.
    pub fn sweep(&self) {
        self.login.retain_recent();
        self.login_address.retain_recent();
        self.sign_up.retain_recent();
        self.mutation.retain_recent();
        self.bid.retain_recent();
    }
}

fn limiter<K: Hash + Eq + Clone>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    let period = Duration::from_secs(60) / rate.per_minute.get();
    let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_minute(rate.per_minute));
    RateLimiter::keyed(quota.allow_burst(rate.burst))
}

fn check<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    kind: &'static str,
) -> Result<(), Problem> {
    let Err(denied) = limiter.check_key(key) else { return Ok(()) };
    metrics::counter!("duixian_rate_limited_total", "kind" => kind).increment(1);
    let wait = denied.wait_time_from(DefaultClock::default().now());
    // rounded up: whoever waits as long as told is let in
    Err(Problem::RateLimited { retry_after_seconds: wait.as_secs().saturating_add(1) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn wait(result: Result<(), Problem>) -> u64 {
        match result {
            Err(Problem::RateLimited { retry_after_seconds }) => retry_after_seconds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_sixth_login_within_a_minute_waits() {
        let limits = RateLimits::new(RateSettings::default());
        let peer = |last| Some(IpAddr::from([192, 0, 2, last]));
        for _ in 0..5 {
            limits.check_login("officer", peer(1)).unwrap();
        }
        let seconds = wait(limits.check_login("officer", peer(1)));
        assert!((1..=13).contains(&seconds), "{seconds}");
        limits.check_login("officer", peer(2)).unwrap();
        limits.check_login("cashier", peer(1)).unwrap();
    }

    #[test]
    fn one_address_cannot_try_every_name() {
        let limits = RateLimits::new(RateSettings { login_address: Rate::new(8, 1), ..RateSettings::default() });
        let tried = (0..20).take_while(|n| limits.check_login(&format!("user{n}"), None).is_ok()).count();
        assert_eq!(tried, 8);
    }

    #[test]
    fn mutations_are_counted_per_account_and_jobs_not_at_all() {
        let limits = RateLimits::new(RateSettings { mutation: Rate::new(3, 1), ..RateSettings::default() });
        let account = || Actor {
            identity: Identity::Account { id: AccountId::new(Timestamp::from_micros(1)), verified: true },
            ..Actor::anonymous()
        };
        let (one, other) = (account(), account());
        for _ in 0..3 {
            limits.check_mutation(&one).unwrap();
            limits.check_mutation(&other).unwrap();
        }
        assert!(wait(limits.check_mutation(&one)) <= 61);
        for _ in 0..100 {
            limits.check_mutation(&Actor::system("job")).unwrap();
        }
    }

    #[test]
    fn bids_are_counted_per_registration() {
        let limits = RateLimits::new(RateSettings { bid: Rate::new(1, 1), ..RateSettings::default() });
        let (one, other) =
            (RegistrationId::new(Timestamp::from_micros(1)), RegistrationId::new(Timestamp::from_micros(1)));
        limits.check_bid(one).unwrap();
        wait(limits.check_bid(one));
        limits.check_bid(other).unwrap();
    }
}
