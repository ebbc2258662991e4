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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_has_a_code_of_its_own() {
        let mut codes: Vec<i64> = VatRate::ALL.iter().map(|rate| vat_code(*rate)).collect();
        assert_eq!((vat_code(VatRate::TwentyTwo), vat_code(VatRate::TwentyTwo122)), (11, 12));
        codes.sort_unstable();
        assert_eq!(codes, (1..=12).collect::<Vec<i64>>());
    }
}
