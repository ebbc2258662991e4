//! The accounts of this installation by name: each belongs to a seller.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::provider::PaymentProvider;
use crate::base::{Kopecks, Method, Mode};
use crate::domain::receipts::PrepaymentVat;

/// One account with what the shop decided about it.
#[derive(Clone)]
pub struct Account {
    /// ИНН of the seller it belongs to; none: of every seller that has no account of its own.
    pub seller_inn: Option<String>,
    /// Ways of paying it offers.
    pub methods: Vec<Method>,
    /// Whether receipts go through it.
    pub receipts: bool,
    /// VAT of prepayment receipts.
    pub prepayment_vat: PrepaymentVat,
    /// Tax system of the seller by the provider's numbers.
    pub tax_system: Option<i64>,
    /// The provider.
    pub provider: Arc<dyn PaymentProvider>,
}

impl Account {
    /// Whether `amount` may be paid by `method` here.
    #[must_use]
    pub fn offers(&self, method: Method, amount: Kopecks) -> bool {
        self.methods.contains(&method) && self.provider.capabilities().accepts(method, amount)
    }
}

/// All accounts.
#[derive(Clone, Default)]
pub struct Providers {
    accounts: Arc<BTreeMap<String, Account>>,
}

impl Providers {
    /// The given accounts, each under its provider's account name.
    #[must_use]
    pub fn new(accounts: Vec<Account>) -> Self {
        let named = accounts.into_iter().map(|account| (account.provider.account().to_owned(), account));
        Self { accounts: Arc::new(named.collect()) }
    }

    /// The account of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.accounts.get(name)
    }

    /// All accounts by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Account)> {
        self.accounts.iter().map(|(name, account)| (name.as_str(), account))
    }

    /// The account that takes `amount` by `method` for a seller: one of its own first, else one without a seller.
    /// Money passes only between equals, so the mode must be the order's.
    #[must_use]
    pub fn choose(&self, seller_inn: Option<&str>, mode: Mode, method: Method, amount: Kopecks) -> Option<&Account> {
        let fits = |account: &&Account| account.provider.mode() == mode && account.offers(method, amount);
        let own = self
            .accounts
            .values()
            .filter(fits)
            .find(|account| seller_inn.is_some() && account.seller_inn.as_deref() == seller_inn);
        own.or_else(|| self.accounts.values().filter(fits).find(|account| account.seller_inn.is_none()))
    }
}
