//! Statistics that a few wrong values do not move far, and the plain ones.

/// Share that is left out at each end of a [`middle_mean`].
const TRIMMED_SHARE: f32 = 0.1;

/// The value below which `share` (0 … 1) of the sorted values lie; none for nothing.
pub fn percentile(sorted: &[f32], share: f32) -> Option<f32> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f32 * share).round() as usize).copied()
}

/// Mean of the middle eight tenths; none for nothing.
pub fn middle_mean(mut values: Vec<f32>) -> Option<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let trimmed = (values.len() as f32 * TRIMMED_SHARE) as usize;
    let middle = values.get(trimmed..values.len() - trimmed).filter(|middle| !middle.is_empty())?;
    Some(mean_and_sd(middle.iter().copied()).0)
}

/// Mean and standard deviation; zero for nothing.
pub fn mean_and_sd(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut n, mut mean, mut sum_of_squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    for value in values {
        n += 1.0;
        let delta = f64::from(value) - mean;
        mean += delta / n;
        sum_of_squares += delta * (f64::from(value) - mean);
    }
    if n == 0.0 { (0.0, 0.0) } else { (mean as f32, (sum_of_squares / n).sqrt() as f32) }
}
