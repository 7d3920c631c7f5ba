//! The speed transform of one `PromQL` expression: every span of time in it is divided, nothing
//! else is touched.

use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use promql_parser::parser::{self, AggregateExpr, Expr, MatrixSelector, Offset};
use promql_parser::util::visitor::{ExprVisitorMut, walk_expr_mut};

use super::duration;

/// Divides matrix selectors, subqueries (range and step) and offsets of `expression` by `divisor`.
///
/// # Errors
/// When it does not parse, or a span does not divide into whole milliseconds.
pub(super) fn scale(expression: &str, divisor: u32) -> anyhow::Result<String> {
    let mut tree = parse(expression)?;
    walk_expr_mut(
        &mut Each(|node: &mut Expr| divide(node, divisor)),
        &mut tree,
    )?;
    let scaled = tree.to_string();
    // The printer is not ours: what it wrote must mean what the tree says.
    ensure!(
        parse(&scaled)? == tree,
        "`{scaled}` does not read back as it was meant"
    );
    Ok(scaled)
}

/// Parses, and puts label matchers, whose order means nothing, in one order.
fn parse(expression: &str) -> anyhow::Result<Expr> {
    let mut tree = parser::parse(expression)
        .map_err(|reason| anyhow!(reason))
        .with_context(|| format!("not a PromQL expression: {expression}"))?;
    walk_expr_mut(
        &mut Each(|node: &mut Expr| {
            sort_matchers(node);
            Ok(())
        }),
        &mut tree,
    )?;
    Ok(tree)
}

fn sort_matchers(node: &mut Expr) {
    if let Expr::VectorSelector(selector)
    | Expr::MatrixSelector(MatrixSelector { vs: selector, .. }) = node
    {
        selector.matchers.matchers.sort_by_key(ToString::to_string);
    }
}

fn divide(node: &mut Expr, divisor: u32) -> anyhow::Result<()> {
    let offset = match node {
        Expr::MatrixSelector(selector) => {
            divide_span(&mut selector.range, divisor)?;
            &mut selector.vs.offset
        }
        Expr::VectorSelector(selector) => &mut selector.offset,
        Expr::Subquery(subquery) => {
            divide_span(&mut subquery.range, divisor)?;
            if let Some(step) = &mut subquery.step {
                divide_span(step, divisor)?;
            }
            &mut subquery.offset
        }
        _ => return Ok(()),
    };
    match offset {
        Some(Offset::Pos(span) | Offset::Neg(span)) => divide_span(span, divisor),
        None => Ok(()),
    }
}

fn divide_span(span: &mut Duration, divisor: u32) -> anyhow::Result<()> {
    *span = duration::divide(*span, divisor)?;
    Ok(())
}

/// Calls a function on every node.
struct Each<F>(F);

impl<F: FnMut(&mut Expr) -> anyhow::Result<()>> ExprVisitorMut for Each<F> {
    type Error = anyhow::Error;

    fn pre_visit(&mut self, node: &mut Expr) -> anyhow::Result<bool> {
        (self.0)(node)?;
        // The walk leaves out an aggregation's parameter: the quantile, the k of topk.
        if let Expr::Aggregate(AggregateExpr {
            param: Some(parameter),
            ..
        }) = node
        {
            walk_expr_mut(self, parameter)?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_span_is_divided_and_nothing_else() -> anyhow::Result<()> {
        for (stock, demo) in [
            (
                "sum(rate(a[10m])) * 3600 > 20000",
                "sum(rate(a[40s])) * 3600 > 20000",
            ),
            ("a offset 15m", "a offset 1m"),
            ("a offset -15m", "a offset -1m"),
            ("rate(a[5m] offset 1h)", "rate(a[20s] offset 4m)"),
            (
                "max_over_time(rate(a[5m])[1h:1m])",
                "max_over_time(rate(a[20s])[4m:4s])",
            ),
            (
                "max_over_time(a[1h:] offset 15m)",
                "max_over_time(a[4m:] offset 1m)",
            ),
            (
                "topk (scalar(max(rate(b[5m]))), a)",
                "topk(scalar(max(rate(b[20s]))), a)",
            ),
            (
                r#"a{code=~"5..", x!~"a|b"} / on (job) group_left (x) b > 0.05"#,
                r#"a{code=~"5..",x!~"a|b"} / on (job) group_left (x) b > 0.05"#,
            ),
        ] {
            assert_eq!(scale(stock, 15)?, demo);
        }
        Ok(())
    }

    #[test]
    fn what_would_have_to_be_rounded_is_refused() {
        assert!(scale("rate(a[10s])", 15).is_err());
        assert!(scale("rate(a[5m", 15).is_err());
    }

    /// Expressions over all the node kinds, printed with each span divided by `{}`'s stand-in.
    fn expressions() -> impl Strategy<Value = Vec<Piece>> {
        let leaf = (1_u64..400, 0_u64..3, 0.0_f64..1e6).prop_map(|(minutes, kind, number)| {
            let span = Piece::Span(Duration::from_secs(minutes * 60));
            match kind {
                0 => vec![
                    Piece::Text("rate(x_total{a=\"1m\"}["),
                    span,
                    Piece::Text("])"),
                ],
                1 => vec![Piece::Text("x offset "), span],
                _ => vec![
                    Piece::Text("(x > "),
                    Piece::Number(number),
                    Piece::Text(")"),
                ],
            }
        });
        leaf.prop_recursive(4, 24, 2, |inner| {
            (inner.clone(), inner, 0_u64..5, 1_u64..400).prop_map(|(left, right, kind, minutes)| {
                let span = Duration::from_secs(minutes * 60);
                match kind {
                    0 => join([
                        vec![Piece::Text("(")],
                        left,
                        vec![Piece::Text(" / ")],
                        right,
                        vec![Piece::Text(")")],
                    ]),
                    1 => join([
                        vec![Piece::Text("(")],
                        left,
                        vec![Piece::Text(" and on (job) ")],
                        right,
                        vec![Piece::Text(")")],
                    ]),
                    2 => join([
                        vec![Piece::Text("sum by (service) (")],
                        left,
                        vec![Piece::Text(")")],
                    ]),
                    3 => join([
                        vec![Piece::Text("max_over_time((")],
                        left,
                        vec![Piece::Text(")["), Piece::Span(span), Piece::Text(":])")],
                    ]),
                    _ => join([
                        vec![Piece::Text("quantile(scalar(")],
                        left,
                        vec![Piece::Text("), ")],
                        right,
                        vec![Piece::Text(")")],
                    ]),
                }
            })
        })
    }

    #[derive(Clone, Debug)]
    enum Piece {
        Text(&'static str),
        Number(f64),
        Span(Duration),
    }

    fn join<const N: usize>(parts: [Vec<Piece>; N]) -> Vec<Piece> {
        parts.into_iter().flatten().collect()
    }

    fn print(pieces: &[Piece], divisor: u32) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Number(number) => number.to_string(),
                Piece::Span(span) => duration::format(*span / divisor),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn scaling_keeps_the_meaning(pieces in expressions()) {
            let scaled = scale(&print(&pieces, 1), 15).expect("all spans are whole minutes");
            let meant = parse(&print(&pieces, 15)).expect("the same expression, written by hand");
            prop_assert_eq!(parse(&scaled).expect("it was read back already"), meant);
        }
    }
}
