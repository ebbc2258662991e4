//! Reading a notification: its event and the id of its object, nothing else is believed.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::client::is_plain_id;
use crate::gateways::providers::{WebhookError, WebhookEvent, WebhookObject};

/// Longest notification we read (WHK-8).
const BODY_MAX: usize = 256 * 1024;

#[derive(Deserialize)]
struct Notification {
    event: String,
    object: Named,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

pub(super) fn parse(body: &[u8]) -> Result<WebhookEvent, WebhookError> {
    if body.len() > BODY_MAX {
        return Err(WebhookError::TooLarge(BODY_MAX));
    }
    // serde_json stops at a depth of 128, long before a hostile nesting hurts.
    let read: Notification =
        serde_json::from_slice(body).map_err(|error| WebhookError::Malformed(error.to_string()))?;
    if !is_plain_id(&read.object.id) || read.event.len() > 64 {
        return Err(WebhookError::Malformed("нет идентификатора".to_owned()));
    }
    let object = match read.event.split_once('.') {
        Some(("payment", _)) => WebhookObject::Payment,
        Some(("refund", _)) => WebhookObject::Refund,
        _ => WebhookObject::Other,
    };
    let event_key = format!("{}:{}", read.event, read.object.id);
    Ok(WebhookEvent { event_key, event: read.event, object, provider_ref: read.object.id })
}

/// Whether `sender` is within the networks; an IPv4 address written as IPv6 counts as itself.
#[must_use]
pub fn sender_in(networks: &[IpNet], sender: IpAddr) -> bool {
    let sender = sender.to_canonical();
    networks.iter().any(|network| network.contains(&sender))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_event_and_id_are_read() {
        let body = br#"{"type":"notification","event":"payment.succeeded","object":{"id":"22-a","amount":5}}"#;
        let event = parse(body).unwrap();
        assert_eq!((event.object, event.provider_ref.as_str()), (WebhookObject::Payment, "22-a"));
        assert_eq!(event.event_key, "payment.succeeded:22-a");
        let other = parse(br#"{"event":"payout.succeeded","object":{"id":"po-1"}}"#).unwrap();
        assert_eq!(other.object, WebhookObject::Other);
    }

    #[test]
    fn hostile_bodies_are_errors() {
        let deep = "[".repeat(100_000);
        let long = vec![b' '; BODY_MAX + 1];
        let bodies: [&[u8]; 7] = [
            b"",
            b"{",
            b"{\"event\":\"payment.succeeded\",\"object\":{}}",
            b"{\"event\":\"payment.succeeded\",\"object\":{\"id\":\"../../me\"}}",
            b"{\"event\":\"payment.succeeded\",\"object\":{\"id\":\"\"}}",
            deep.as_bytes(),
            &long,
        ];
        for body in bodies {
            assert!(parse(body).is_err());
        }
    }
}
