//! Whether provider accounts let us in.

use super::finding::Findings;
use crate::app;
use crate::base::Mode;
use crate::base::config::Settings;

/// Asks every account.
pub async fn look(settings: &Settings, findings: &mut Findings) {
    let providers = match app::providers(settings) {
        Ok(providers) => providers,
        Err(error) => return findings.wrong(&format!("{}.", crate::cli::say::paragraph(&error))),
    };
    if settings.providers.is_empty() {
        return findings.note("Ни одного провайдера: картой и по СБП платить нечем. Заведите [providers.yookassa].");
    }
    let onec_mode = settings.onec.mode.as_deref().and_then(Mode::parse).unwrap_or_default();
    for name in settings.providers.keys() {
        let Some(account) = providers.get(name) else { continue };
        match account.provider.check().await {
            Ok(()) => findings.fine(&format!("{name}: адрес отвечает, ключ подходит.")),
            Err(error) if error.is_passing() => {
                findings.wrong(&format!("{name}: не отвечает ({}). Проверьте сеть и api_url.", error.text));
            }
            Err(error) => findings.wrong(&format!("{name}: {}. Проверьте shop_id и secret_key.", error.text)),
        }
        if account.provider.mode() != onec_mode {
            findings.note(&format!(
                "{name} работает в режиме {}, а 1С — {}: заказы 1С этим счётом оплатить нельзя, учебные деньги с боевыми не смешиваются.",
                account.provider.mode(),
                onec_mode
            ));
        }
    }
}
