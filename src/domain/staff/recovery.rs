//! Recovery codes: ten, each good once, kept as hashes.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How many codes a person gets.
pub const COUNT: usize = 10;

/// Letters that are not mistaken for one another when read from paper: 32 of them, five bits each.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Fresh codes as shown (`k7q2-mx4v-d9ta`: 60 bits each), and the text the table keeps of them.
#[must_use]
pub fn fresh(staff_id: &str) -> (Vec<String>, String) {
    let codes: Vec<String> = (0..COUNT).map(|_| one()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| hash(staff_id, code)).collect();
    let kept = serde_json::Value::from(hashes).to_string();
    (codes, kept)
}

/// The kept text without `code`, when it was among them.
#[must_use]
pub fn spend(staff_id: &str, kept: &str, code: &str) -> Option<String> {
    let wanted = hash(staff_id, code);
    let mut hashes: Vec<String> = serde_json::from_str(kept).ok()?;
    let found = hashes.iter().position(|hash| hash.as_bytes().ct_eq(wanted.as_bytes()).into())?;
    hashes.remove(found);
    Some(serde_json::Value::from(hashes).to_string())
}

/// How many codes are left.
#[must_use]
pub fn left(kept: &str) -> usize {
    serde_json::from_str::<Vec<String>>(kept).map_or(0, |hashes| hashes.len())
}

fn one() -> String {
    let bytes: [u8; 12] = rand::random();
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('a', char::from);
    let group = |part: &[u8]| part.iter().map(letter).collect::<String>();
    bytes.chunks(4).map(group).collect::<Vec<String>>().join("-")
}

/// People type codes with spaces, in capitals, without hyphens: only letters and digits count.
fn hash(staff_id: &str, code: &str) -> String {
    let plain: String = code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    hex::encode(Sha256::digest(format!("{staff_id}:{plain}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_serves_once_and_only_its_owner() {
        let (codes, kept) = fresh("anna");
        assert_eq!((codes.len(), left(&kept)), (COUNT, COUNT));
        assert!(codes.iter().all(|code| code.len() == 14), "{codes:?}");
        assert!(codes.iter().all(|code| !kept.contains(code.as_str())), "kept as hashes");
        let typed = codes[3].to_uppercase().replace('-', " ");
        let after = spend("anna", &kept, &typed).unwrap();
        assert_eq!(left(&after), COUNT - 1);
        assert_eq!(spend("anna", &after, &codes[3]), None);
        assert_eq!(spend("boris", &kept, &codes[3]), None);
        assert_eq!(spend("anna", "[]", ""), None);
    }
}
