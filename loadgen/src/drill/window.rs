//! How far back an alert's expression looks.

use std::time::Duration;

use promql_parser::parser::{Expr, Offset, parse};

/// The longest stretch of the past that the expression takes into account: range windows, with
/// nested subqueries and offsets added. Fails with the parser's words where it is not `PromQL`.
pub fn of(promql: &str) -> Result<Duration, String> {
    parse(promql).map(|expr| reach(&expr))
}

fn reach(expr: &Expr) -> Duration {
    match expr {
        Expr::Aggregate(aggregate) => {
            let parameter = aggregate.param.as_deref().map_or(Duration::ZERO, reach);
            reach(&aggregate.expr).max(parameter)
        }
        Expr::Unary(unary) => reach(&unary.expr),
        Expr::Binary(binary) => reach(&binary.lhs).max(reach(&binary.rhs)),
        Expr::Paren(paren) => reach(&paren.expr),
        Expr::Subquery(subquery) => {
            subquery.range + back(subquery.offset.as_ref()) + reach(&subquery.expr)
        }
        Expr::VectorSelector(selector) => back(selector.offset.as_ref()),
        Expr::MatrixSelector(matrix) => matrix.range + back(matrix.vs.offset.as_ref()),
        Expr::Call(call) => call
            .args
            .args
            .iter()
            .map(|argument| reach(argument))
            .max()
            .unwrap_or_default(),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Duration::ZERO,
    }
}

/// An offset into the future does not reach back.
fn back(offset: Option<&Offset>) -> Duration {
    match offset {
        Some(Offset::Pos(duration)) => *duration,
        Some(Offset::Neg(_)) | None => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_branch_counts_and_nesting_adds() {
        for (promql, seconds) in [
            ("vector(1)", 0),
            ("up == 0", 0),
            ("sum(rate(x_total[10m])) * 3600 > 20000", 600),
            (
                "rate(a[5m]) / rate(b[1m]) > 0.05 and on (job) rate(c[1h]) > 0",
                3600,
            ),
            ("max_over_time(rate(a[1m])[5m:10s]) > 1", 360),
            ("max_over_time(sum(rate(a[1m]))[5m:10s] offset 2m) > 1", 480),
            ("sum(present_over_time(x_total[1m] offset 14m)) > 0", 900),
            ("x offset 3m > 0", 180),
            (
                "histogram_quantile(0.99, sum by (le) (rate(x_bucket[20s]))) > 0.5",
                20,
            ),
            ("topk(3, -(rate(a[30s]) unless rate(b[2m])))", 120),
        ] {
            assert_eq!(of(promql), Ok(Duration::from_secs(seconds)), "{promql}");
        }
    }

    #[test]
    fn what_is_not_promql_is_an_error() {
        assert!(of("rate(x[5m]").is_err());
    }
}
