//! Days by the calendar, in UTC.

/// How many days since 1970 a time in seconds is.
pub fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(86_400)
}

/// When a day begins, in seconds since 1970.
pub fn begin_of(day: i64) -> i64 {
    day.saturating_mul(86_400)
}

/// Year, month and day of a number of days since 1970, by Howard Hinnant's `civil_from_days`.
pub fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * from_march + 2) / 5 + 1)
}

/// A day as `2026-11-23`.
pub fn write(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_by_the_calendar() {
        for (seconds, text) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (951_782_400, "2000-02-29"), (1_795_281_547, "2026-11-21")]
        {
            assert_eq!(write(day_of(seconds)), text);
            assert!(begin_of(day_of(seconds)) <= seconds);
        }
    }
}
