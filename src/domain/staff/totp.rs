//! The code of an authenticator application: RFC 6238, SHA-1, six digits, thirty seconds, one step of drift each way.

use totp_rs::{Builder, Secret as TotpSecret, Totp};

use super::tokens;
use crate::base::{Error, Instant, Result, Secret};

/// Length of a step, in seconds.
const STEP_SECONDS: u64 = 30;

/// Length of the shared secret, in bytes (RFC 4226 recommends 160 bits).
const SECRET_BYTES: usize = 20;

/// The secret a session is offered while its person sets the second step up: it follows from the session's token, so
/// nothing half done is stored.
#[must_use]
pub fn offered(session_token: &str) -> Secret {
    let bytes = tokens::derived(session_token, "second step");
    let secret = TotpSecret::from(bytes.get(..SECRET_BYTES).unwrap_or(&bytes).to_vec());
    Secret::new(secret.to_base32())
}

/// The address behind the QR code: `otpauth://totp/…`.
///
/// # Errors
/// `Internal` when the secret is unreadable.
pub fn address(secret: &Secret, shop: &str, email: &str) -> Result<String> {
    // A colon parts the shop from the account in the address, so neither may hold one.
    let plain = |text: &str| text.replace(':', " ");
    let totp = builder(secret)?
        .with_issuer(Some(plain(shop)))
        .with_account_name(plain(email))
        .build()
        .map_err(|error| Error::Internal(format!("код приложения: {error}")))?;
    totp.to_url().map_err(|error| Error::Internal(format!("код приложения: {error}")))
}

/// The step whose code this is; `None` when it is no code of `now` or its step is not newer than `used`.
///
/// # Errors
/// `Internal` when the kept secret is unreadable.
pub fn step_of(secret: &Secret, code: &str, now: Instant, used: i64) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.and_utc().timestamp()).unwrap_or_default();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let step = totp(secret)?.check(&digits, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > used))
}

/// The code of a moment: for tests and for the demo's hints.
///
/// # Errors
/// `Internal` when the secret is unreadable.
pub fn code_at(secret: &Secret, now: Instant) -> Result<String> {
    let seconds = u64::try_from(now.and_utc().timestamp()).unwrap_or_default();
    Ok(totp(secret)?.generate(seconds).to_string())
}

fn totp(secret: &Secret) -> Result<Totp> {
    builder(secret)?.build().map_err(|error| Error::Internal(format!("код приложения: {error}")))
}

fn builder(secret: &Secret) -> Result<Builder> {
    let secret = TotpSecret::try_from_base32(secret.reveal())
        .map_err(|_| Error::Internal("ключ второго шага не читается".to_owned()))?;
    Ok(Builder::new().with_secret(secret).with_skew(1).with_step_duration(STEP_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1, last six digits.
        let secret = Secret::new(TotpSecret::from(b"12345678901234567890".to_vec()).to_base32());
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(code_at(&secret, at(seconds)).unwrap(), code);
        }
    }

    #[test]
    fn a_step_drifts_by_one_and_serves_once() {
        let secret = offered("token");
        let now = at(1_800_000_000);
        let code = code_at(&secret, now).unwrap();
        let step = step_of(&secret, &code, now, 0).unwrap().unwrap();
        assert_eq!(step, 60_000_000);
        assert_eq!(step_of(&secret, &code, now, step).unwrap(), None, "used");
        let later = |seconds| now + chrono::Duration::seconds(seconds);
        assert_eq!(step_of(&secret, &code, later(30), 0).unwrap(), Some(step));
        assert_eq!(step_of(&secret, &code, later(-30), 0).unwrap(), Some(step));
        assert_eq!(step_of(&secret, &code, later(60), 0).unwrap(), None, "too old");
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(step_of(&secret, &spaced, now, 0).unwrap(), Some(step));
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(step_of(&secret, wrong, now, 0).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn the_offered_secret_belongs_to_one_session() {
        assert_eq!(offered("a"), offered("a"));
        assert_ne!(offered("a"), offered("b"));
        assert_eq!(offered("a").reveal().len(), 32, "160 bits in base 32");
        let address = address(&offered("a"), "Дом: Плюс", "a@b.example").unwrap();
        assert!(address.starts_with("otpauth://totp/"), "{address}");
    }
}
