//! Alarms acknowledged, enabled and disabled (OPC A&E 1.10, 5.3).

use super::account::{Account, Call};
use super::item::texts;

/// AckCondition: | count 4 | who | comment | sources | conditions | times | cookies |; its answer: results.
pub fn acknowledge(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        stub.u32()?;
        let (who, comment) = (stub.text()?, stub.text()?);
        let (sources, conditions) = (texts(&mut stub)?, texts(&mut stub)?);
        for (source, condition) in sources.iter().zip(&conditions) {
            account.object("condition", &format!("{source}|{condition}"));
        }
        count = sources.len();
        account.user = Some(who).filter(|who| !who.is_empty());
        if !comment.is_empty() {
            account.details.text("comment", &comment);
        }
    }
    if call.response.is_some() {
        account.results(from, count, &mut call.told()?)?;
    }
    Some(())
}

/// Conditions of areas or sources: | count 4 | names |; those of the second server get results.
pub fn switch(call: &Call<'_>, account: &mut Account<'_>) -> Option<()> {
    let from = account.drafts.list.len();
    let kind = if call.name.contains("ByArea") { "area" } else { "source" };
    let mut count = 0;
    if call.request.is_some() {
        let mut stub = call.asked()?;
        stub.u32()?;
        for name in texts(&mut stub)? {
            account.object(kind, &name);
            count += 1;
        }
    }
    if call.response.is_some() && call.name.ends_with('2') {
        account.results(from, count, &mut call.told()?)?;
    }
    Some(())
}
