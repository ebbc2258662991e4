//! VAT codes of YooKassa's receipts (its «справочник значений параметров»; 22 % since 2026).

use crate::base::VatRate;

/// The `vat_code` of a rate.
#[must_use]
pub const fn vat_code(rate: VatRate) -> i64 {
    match rate {
        VatRate::None => 1,
        VatRate::Zero => 2,
        VatRate::Ten => 3,
        VatRate::Twenty => 4,
        VatRate::Ten110 => 5,
        VatRate::Twenty120 => 6,
        VatRate::Five => 7,
        VatRate::Seven => 8,
        VatRate::Five105 => 9,
        VatRate::Seven107 => 10,
        VatRate::TwentyTwo => 11,
        VatRate::TwentyTwo122 => 12,
    }
}
