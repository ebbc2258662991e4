//! A provider's snapshot in the words of the money rules.

use crate::base::Mode;
use crate::domain::payments::{Report, ReportStatus};
use crate::gateways::providers::{Account, PaymentDetails, PaymentSnapshot, Status};

/// What a snapshot says about the attempt it belongs to.
pub(super) fn of(snapshot: &PaymentSnapshot, account: &Account) -> Report {
    let account_matches =
        snapshot.account_ref.as_deref().is_none_or(|reference| reference == account.provider.account_ref());
    let fee = snapshot.income.map(|income| snapshot.amount - income).filter(|fee| !fee.is_zero());
    Report {
        status: status(&snapshot.status),
        provider_ref: snapshot.provider_ref.clone(),
        attempt_ref: snapshot.attempt_id.as_ref().map(ToString::to_string),
        amount: snapshot.amount,
        currency: snapshot.currency.clone(),
        account_matches,
        mode: if snapshot.test { Mode::Test } else { Mode::Live },
        fee,
        paid_at: snapshot.captured_at,
        decline: snapshot.decline.as_ref().map(|decline| decline.reason.as_str().to_owned()),
        details: details(snapshot),
        confirmation_url: snapshot.confirmation_url.clone(),
    }
}

const fn status(status: &Status) -> ReportStatus {
    match status {
        Status::Pending => ReportStatus::Pending,
        Status::Authorized => ReportStatus::Authorized,
        Status::Paid => ReportStatus::Paid,
        Status::Canceled => ReportStatus::Cancelled,
        Status::Failed => ReportStatus::Failed,
        Status::Expired => ReportStatus::Expired,
        Status::Unknown(_) => ReportStatus::Unclear,
    }
}

/// Card and СБП details with the provider's own decline code, for the timeline; nothing before there is anything.
fn details(snapshot: &PaymentSnapshot) -> Option<String> {
    if snapshot.details == PaymentDetails::default() && snapshot.decline.is_none() {
        return None;
    }
    let mut whole = serde_json::to_value(&snapshot.details).ok()?;
    if let (Some(fields), Some(decline)) = (whole.as_object_mut(), &snapshot.decline) {
        fields.insert("decline_code".to_owned(), serde_json::json!(decline.code));
        fields.insert("decline_party".to_owned(), serde_json::json!(decline.party));
    }
    Some(whole.to_string())
}
