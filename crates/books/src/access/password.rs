//! Passwords: their strength, and Argon2id away from the async threads.
//!
//! A hash takes 19 MiB and some tens of milliseconds, so that only a few run at a time: a flood of sign-ins queues here
//! and does not starve bids. An unknown name costs the same work as a wrong password.

use crate::{
    kernel::{
        error::Problem,
        refusal::{Refusal, RefusalCode},
        secret::{Secret, random_bytes},
    },
    law::reference,
};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use std::sync::LazyLock;
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;
/// Hashes at a time: 80 MiB at most.
static HASHERS: Semaphore = Semaphore::const_new(4);
/// What an unknown name is compared with: same parameters, a password that nobody knows.
static DUMMY: LazyLock<Option<String>> = LazyLock::new(|| {
    let password = Zeroizing::new(hex::encode(random_bytes::<32>().ok()?));
    hash_now(&password).ok()
});
/// Beginnings of the passwords of ten and more characters that every list of stolen ones has.
const COMMON: [&str; 30] = [
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "9876543210",
    "1111111111",
    "0000000000",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "q1w2e3r4t5",
    "qwertyuiop",
    "qazwsxedc",
    "asdfghjkl",
    "zxcvbnm",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "admin123",
    "administrator",
    "iloveyou",
    "letmein",
    "welcome",
    "woaini",
    "5201314",
    "abc123456",
    "abcdefg",
    "a123456789",
    "aa12345678",
    "duixian",
];

/// 10 to 128 characters, at least five different ones, without the login name and not a common one.
pub fn check_strength(password: &Secret<String>, login_name: &str) -> Result<(), Refusal> {
    let folded: Zeroizing<String> = Zeroizing::new(password.expose().nfkc().flat_map(char::to_lowercase).collect());
    let mut different: Vec<char> = folded.chars().collect();
    let length = different.len();
    different.sort_unstable();
    different.dedup();
    let is_common = COMMON.iter().any(|common| folded.starts_with(common) && length < common.chars().count() + 5);
    let weak = !LENGTH.contains(&length)
        || different.len() < 5
        || is_common
        || folded.contains(&login_name.to_lowercase())
        || folded.chars().any(char::is_control);
    match weak {
        true => Err(Refusal::new(RefusalCode::PasswordWeak).field("password").law(&reference::TEXT_FORM)),
        false => Ok(()),
    }
}

/// Argon2id in PHC form.
pub async fn hash(password: &Secret<String>) -> Result<String, Problem> {
    let password = password.clone();
    let _turn = HASHERS.acquire().await.map_err(Problem::internal)?;
    spawn_blocking(move || hash_now(password.expose())).await.map_err(Problem::internal)?
}

/// Whether the password belongs to the hash. Without a hash (unknown name, account of an outside issuer) the same work
/// is done and the answer is no.
pub async fn verify(password: &Secret<String>, hash: Option<String>) -> Result<bool, Problem> {
    let password = password.clone();
    let _turn = HASHERS.acquire().await.map_err(Problem::internal)?;
    let work = move || {
        let known = hash.is_some();
        let hash = hash.or_else(|| DUMMY.clone()).ok_or_else(|| Problem::internal("no random bytes"))?;
        let hash = PasswordHash::new(&hash).map_err(Problem::internal)?;
        Ok(argon2()?.verify_password(normal(password.expose()).as_bytes(), &hash).is_ok() && known)
    };
    spawn_blocking(work).await.map_err(Problem::internal)?
}

fn hash_now(password: &str) -> Result<String, Problem> {
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(Problem::internal)?;
    let hash = argon2()?.hash_password(normal(password).as_bytes(), &salt).map_err(Problem::internal)?;
    Ok(hash.to_string())
}
/// 19 MiB, two passes, one lane: the first recommendation of the OWASP cheat sheet.
fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Problem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
/// Different keyboards compose the same letter differently.
fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn weak_passwords_are_refused_at_both_edges() {
        for (password, good) in [
            ("Kj8#mQ2!x", false),
            ("Kj8#mQ2!xP", true),
            (&*"Kj8#m".repeat(25).chars().take(125).collect::<String>(), true),
            (&*format!("{}abc", "Kj8#m".repeat(25)), true),
            (&*format!("{}abcd", "Kj8#m".repeat(25)), false),
            ("1234567890", false),
            ("12345678901234", false),
            ("password1234", false),
            ("PassW0rd!!!!", false),
            ("aaaabbbbccccdddd", false),
            ("zhangsan-Kj8#m", false),
            ("一二三四五六七八九十", true),
            ("Kj8#mQ2!x\u{0}P", false),
        ] {
            assert_eq!(check_strength(&secret(password), "ZhangSan").is_ok(), good, "{password:?}");
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_own_password_in_any_composition() {
        let stored = hash(&secret("Kj8#mQ2!xPé")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(&secret("Kj8#mQ2!xPe\u{301}"), Some(stored.clone())).await.unwrap());
        assert!(!verify(&secret("Kj8#mQ2!xPe"), Some(stored)).await.unwrap());
        assert!(!verify(&secret("Kj8#mQ2!xPe"), None).await.unwrap());
    }
}
