//! Money is integer kopecks, quantity integer thousandths; decimals live only where text becomes money and in VAT arithmetic.

use std::fmt;
use std::iter::Sum;

use rust_decimal::{Decimal, RoundingStrategy};

use super::text_enum;

/// The largest sum we accept anywhere: 10 trillion rubles, far from the edge of `i64`, so that sums of sums fit too.
const CEILING_KOPECKS: i64 = 1_000_000_000_000_000;

/// Non-breaking space between groups of digits and before the ₽ sign (U+00A0: present in every font we print with).
pub const NBSP: char = '\u{a0}';

/// Why a text is not a sum or a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number in ASCII digits.
    #[error("«{0}» — не число")]
    NotANumber(String),
    /// More digits after the point than the unit has.
    #[error("«{0}»: больше {1} знаков после запятой")]
    TooPrecise(String, u32),
    /// Beyond what we count with.
    #[error("«{0}» — слишком большое число")]
    TooLarge(String),
}

/// An amount of rubles in kopecks. May be negative: a balance can fall below zero.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
#[serde(transparent)]
pub struct Kopecks(i64);

impl Kopecks {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many kopecks.
    #[must_use]
    pub const fn new(kopecks: i64) -> Self {
        Self(kopecks)
    }

    /// The number of kopecks.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This or nothing, whichever is more.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Reads machine text: `1234.50`, `-3`, `20000.5`. ASCII digits, a dot, at most two decimals, nothing else.
    ///
    /// # Errors
    /// [`MoneyError`] for anything else: exponents, grouping, commas, `NaN`, too many decimals, too large.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_scaled(text, 2).map(Self)
    }

    /// Reads what people and old programs write: also a comma, and spaces of any kind between groups.
    ///
    /// # Errors
    /// As [`Kopecks::parse`].
    pub fn parse_lenient(text: &str) -> Result<Self, MoneyError> {
        parse_scaled(&plain_number(text), 2).map(Self)
    }

    /// A decimal number of rubles, rounded half away from zero to kopecks.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] beyond the ceiling.
    pub fn from_rubles(rubles: Decimal) -> Result<Self, MoneyError> {
        let too_large = || MoneyError::TooLarge(rubles.to_string());
        let kopecks = rubles.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(too_large)?;
        let rounded = kopecks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let whole = i64::try_from(rounded).map_err(|_| too_large())?;
        if whole.abs() > CEILING_KOPECKS { Err(too_large()) } else { Ok(Self(whole)) }
    }

    /// The sum as a decimal number of rubles with two decimals.
    #[must_use]
    pub fn rubles(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// VAT contained in this sum: `sum × rate / (100 + rate)`, half up, since prices include VAT (НК РФ, ст. 164 п. 4).
    #[must_use]
    pub fn vat_inside(self, rate: VatRate) -> Self {
        let percent = i128::from(rate.percent());
        let base = 100 + percent;
        let product = i128::from(self.0) * percent;
        let rounded = (product.abs() * 2 + base) / (base * 2) * product.signum();
        Self(i64::try_from(rounded).unwrap_or(i64::MAX))
    }

    /// `1234.56`: the form of APIs and of files for 1C.
    #[must_use]
    pub fn to_decimal_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let all = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", all / 100, all % 100)
    }

    /// `1 234,56` with non-breaking spaces and a real minus: the number people read.
    #[must_use]
    pub fn grouped(self) -> String {
        format!("{},{}", self.whole_grouped(), self.cents())
    }

    /// The whole rubles with their sign, grouped: `12 480`.
    #[must_use]
    pub fn whole_grouped(self) -> String {
        let digits = (self.0.unsigned_abs() / 100).to_string();
        let mut out = String::from(if self.0 < 0 { "−" } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(NBSP);
            }
            out.push(digit);
        }
        out
    }

    /// The two digits after the comma.
    #[must_use]
    pub fn cents(self) -> String {
        format!("{:02}", self.0.unsigned_abs() % 100)
    }
}

/// `1 234,56 ₽`.
impl fmt::Display for Kopecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{NBSP}₽", self.grouped())
    }
}

// Every amount that enters is below the ceiling (10^15), so nine thousand of the largest still fit; saturation
// rather than a wrap keeps even the impossible visible as an absurd sum instead of a plausible one.
impl std::ops::Add for Kopecks {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Kopecks {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Kopecks {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::ops::AddAssign for Kopecks {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Kopecks {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, |sum, one| sum + one)
    }
}

/// A quantity in thousandths: 1.5 packs are 1500.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
#[serde(transparent)]
pub struct Quantity(i64);

impl Quantity {
    /// One piece.
    pub const ONE: Self = Self(1000);

    /// So many thousandths.
    #[must_use]
    pub const fn new(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// The number of thousandths.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads machine text with at most three decimals.
    ///
    /// # Errors
    /// As [`Kopecks::parse`].
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_scaled(text, 3).map(Self)
    }

    /// `1.5`, `2`, `0.125`: no trailing zeros.
    #[must_use]
    pub fn to_decimal_text(self) -> String {
        Decimal::new(self.0, 3).normalize().to_string()
    }

    /// The same with a comma, for people.
    #[must_use]
    pub fn grouped(self) -> String {
        self.to_decimal_text().replace('.', ",")
    }
}

text_enum! {
    /// A VAT rate as a document states it. The calculated rates belong to prepayments (НК РФ, ст. 164 п. 4).
    pub enum VatRate {
        /// Not subject to VAT («Без НДС»).
        None => "none",
        /// 0 %.
        Zero => "0",
        /// 5 % (simplified regime).
        Five => "5",
        /// 7 % (simplified regime).
        Seven => "7",
        /// 10 %.
        Ten => "10",
        /// 20 %: the general rate before 2026.
        Twenty => "20",
        /// 22 %: the general rate since 2026-01-01.
        TwentyTwo => "22",
        /// 5/105.
        Five105 => "5/105",
        /// 7/107.
        Seven107 => "7/107",
        /// 10/110.
        Ten110 => "10/110",
        /// 20/120.
        Twenty120 => "20/120",
        /// 22/122.
        TwentyTwo122 => "22/122",
    }
}

impl VatRate {
    /// The percent to extract; 0 for «без НДС» and 0 %.
    #[must_use]
    pub const fn percent(self) -> i64 {
        match self {
            Self::None | Self::Zero => 0,
            Self::Five | Self::Five105 => 5,
            Self::Seven | Self::Seven107 => 7,
            Self::Ten | Self::Ten110 => 10,
            Self::Twenty | Self::Twenty120 => 20,
            Self::TwentyTwo | Self::TwentyTwo122 => 22,
        }
    }

    /// The calculated rate of a prepayment for goods at this rate: 22 becomes 22/122.
    #[must_use]
    pub const fn calculated(self) -> Self {
        match self {
            Self::Five => Self::Five105,
            Self::Seven => Self::Seven107,
            Self::Ten => Self::Ten110,
            Self::Twenty => Self::Twenty120,
            Self::TwentyTwo => Self::TwentyTwo122,
            other => other,
        }
    }

    /// Reads every spelling met in 1C's files: `22`, `22%`, `22.00`, `НДС 22 %`, `22/122`, `Без НДС`, `Без налога`, empty.
    #[must_use]
    pub fn parse_loose(text: &str) -> Option<Self> {
        let plain: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '%').collect();
        let plain = plain.strip_prefix("ндс").unwrap_or(&plain).replace(',', ".");
        let plain = plain.strip_suffix(".00").or_else(|| plain.strip_suffix(".0")).unwrap_or(&plain);
        match plain {
            "" | "безндс" | "безналога" | "none" | "необлагается" => Some(Self::None),
            "18" | "18/118" => None,
            other => Self::parse(other),
        }
    }

    /// `НДС 22 %`, `Без НДС`.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::None => "Без НДС".to_owned(),
            other => format!("НДС {}{NBSP}%", other.as_str()),
        }
    }
}

impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for Kopecks
where
    i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for Kopecks
where
    i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for Quantity
where
    i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for Quantity
where
    i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

/// Splits `total` by `weights` so that the parts add up exactly: largest remainder, earlier lines first on a tie.
/// All weights zero: everything goes to the first part.
#[must_use]
pub fn split_by_weight(total: Kopecks, weights: &[Kopecks]) -> Vec<Kopecks> {
    let whole: i128 = weights.iter().map(|weight| i128::from(weight.0.max(0))).sum();
    if whole == 0 {
        return weights.iter().enumerate().map(|(at, _)| if at == 0 { total } else { Kopecks::ZERO }).collect();
    }
    let shares: Vec<(i128, i128)> = weights
        .iter()
        .map(|weight| i128::from(total.0) * i128::from(weight.0.max(0)))
        .map(|product| (product.div_euclid(whole), product.rem_euclid(whole)))
        .collect();
    let given: i128 = shares.iter().map(|(share, _)| share).sum();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(shares.get(at).map_or(0, |(_, remainder)| *remainder)));
    let rest = usize::try_from(i128::from(total.0) - given).unwrap_or(0);
    let lucky: std::collections::HashSet<usize> = by_remainder.into_iter().take(rest).collect();
    shares
        .iter()
        .enumerate()
        .map(|(at, (share, _))| share + i128::from(lucky.contains(&at)))
        .map(|part| Kopecks(i64::try_from(part).unwrap_or(i64::MAX)))
        .collect()
}

/// `text` without spaces of any kind and with a dot for its one comma.
fn plain_number(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect()
}

/// Reads a decimal into units of 10^-`scale`.
fn parse_scaled(text: &str, scale: u32) -> Result<i64, MoneyError> {
    let not_a_number = || MoneyError::NotANumber(text.chars().take(40).collect());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let dangling = unsigned.contains('.') && fraction.is_empty();
    if whole.is_empty() || dangling || !digits_only(whole) || !digits_only(fraction) {
        return Err(not_a_number());
    }
    let scale_len = scale as usize;
    let (kept, dropped) = fraction.split_at(fraction.len().min(scale_len));
    if dropped.bytes().any(|byte| byte != b'0') {
        return Err(MoneyError::TooPrecise(text.to_owned(), scale));
    }
    let padded = format!("{whole}{kept:0<scale_len$}");
    let too_large = || MoneyError::TooLarge(text.chars().take(40).collect());
    let value: i64 = padded.parse().map_err(|_| too_large())?;
    if value > CEILING_KOPECKS {
        return Err(too_large());
    }
    Ok(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_strictly() {
        for (text, kopecks) in
            [("0", 0), ("1", 100), ("20000.50", 2_000_050), ("0.5", 50), ("-3.07", -307), ("1.500", 150)]
        {
            assert_eq!(Kopecks::parse(text), Ok(Kopecks::new(kopecks)), "{text}");
        }
        let refused = [
            "",
            ".",
            "1.",
            ".5",
            "1,5",
            "1e3",
            "NaN",
            "+1",
            " 1",
            "1 000",
            "１",
            "٣",
            "1.005",
            "--1",
            "0x1",
            "99999999999999999999",
        ];
        for text in refused {
            assert!(Kopecks::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn people_may_write_commas_and_spaces() {
        assert_eq!(Kopecks::parse_lenient("12\u{a0}480,00"), Ok(Kopecks::new(1_248_000)));
        assert_eq!(Kopecks::parse_lenient(" 1 000.5 "), Ok(Kopecks::new(100_050)));
        assert!(Kopecks::parse_lenient("1,000.50").is_err(), "two separators are a guess, not a number");
    }

    #[test]
    fn sums_are_printed_for_people_and_machines() {
        let sum = Kopecks::new(-123_456_789);
        assert_eq!(sum.to_decimal_text(), "-1234567.89");
        assert_eq!(sum.to_string(), "−1\u{a0}234\u{a0}567,89\u{a0}₽");
        assert_eq!(Kopecks::new(5).grouped(), "0,05");
        assert_eq!(Quantity::new(1500).grouped(), "1,5");
        assert_eq!(Quantity::ONE.to_decimal_text(), "1");
    }

    #[test]
    fn vat_is_extracted_half_up() {
        assert_eq!(Kopecks::new(1_248_000).vat_inside(VatRate::TwentyTwo), Kopecks::new(225_049));
        assert_eq!(Kopecks::new(-1_248_000).vat_inside(VatRate::TwentyTwo122), Kopecks::new(-225_049));
        assert_eq!(Kopecks::new(100).vat_inside(VatRate::None), Kopecks::ZERO);
    }

    #[test]
    fn rates_are_read_in_every_spelling_of_1c() {
        let spellings = [
            ("22", "22"),
            ("22.00", "22"),
            ("НДС 22 %", "22"),
            ("22/122", "22/122"),
            ("Без НДС", "none"),
            ("", "none"),
            ("Без налога", "none"),
        ];
        for (text, rate) in spellings {
            assert_eq!(VatRate::parse_loose(text).map(VatRate::as_str), Some(rate), "{text}");
        }
        assert_eq!(VatRate::parse_loose("19"), None);
    }

    proptest::proptest! {
        #[test]
        fn printing_and_reading_agree(kopecks in -CEILING_KOPECKS..CEILING_KOPECKS) {
            let sum = Kopecks::new(kopecks);
            proptest::prop_assert_eq!(Kopecks::parse(&sum.to_decimal_text()), Ok(sum));
        }

        #[test]
        fn parts_add_up(total in 0i64..1_000_000_000, weights in proptest::collection::vec(0i64..1_000_000, 1..20)) {
            let weights: Vec<Kopecks> = weights.into_iter().map(Kopecks::new).collect();
            let parts = split_by_weight(Kopecks::new(total), &weights);
            proptest::prop_assert_eq!(parts.iter().copied().sum::<Kopecks>(), Kopecks::new(total));
        }
    }
}
