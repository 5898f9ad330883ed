//! What came to many addresses from thefts and labelled holders.

use crate::assets::AssetTables;
use crate::error::Error;
use crate::origins::{TypedOrigins, no_origin};
use crate::plan::{TypedCase, TypedReading, lay_case};
use crate::ready::Ready;
use crate::traced::CaseFiles;
use crate::watch::Watch;
use dyetrace_core::trace::{BothOrders, Cut, Entity, Exposures, Grouping, Origins};
use dyetrace_core::{AccountId, Category, Labels};
use dyetrace_ingest::{AskedAddress, AskedAddresses, Case, Reading};
use dyetrace_report::display::plain;
use dyetrace_report::{AskedAccount, Group, Screening, Threshold};
use std::path::Path;
use std::sync::Arc;

/// The question, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedScreen {
    /// What the case is made of.
    pub case: TypedCase,
    /// How files are read.
    pub reading: TypedReading,
    /// How money is followed.
    pub run: TypedOrigins,
    /// `[GROUP=]PERCENT`: thresholds of what came directly.
    pub flag_direct: Vec<String>,
    /// The same for what came over others.
    pub flag_indirect: Vec<String>,
}

/// The question, understood.
#[derive(Clone, Debug)]
pub struct ScreenOf {
    /// The case, with the options laid over it.
    pub case: Case,
    categories: Vec<Category>,
    thresholds: Vec<Threshold>,
}

impl TypedScreen {
    /// Reads the case file, if one is named, and lays the options over it.
    ///
    /// # Errors
    /// What cannot be read or understood.
    pub fn lay(&self) -> Result<ScreenOf, Error> {
        let mut case = lay_case(&self.case, &self.reading)?;
        self.run.lay(&mut case)?;
        Ok(ScreenOf { case, categories: self.run.categories()?, thresholds: self.thresholds()? })
    }

    fn thresholds(&self) -> Result<Vec<Threshold>, Error> {
        let direct = self.flag_direct.iter().map(|text| (text, true));
        let all = direct.chain(self.flag_indirect.iter().map(|text| (text, false)));
        let thresholds: Vec<Threshold> =
            all.map(|(text, is_direct)| threshold(text, is_direct)).collect::<Result<_, _>>()?;
        if thresholds.len() > Screening::MOST_THRESHOLDS {
            return Err(Error::refused(
                format!("{} thresholds are more than {}", thresholds.len(), Screening::MOST_THRESHOLDS),
                "screen twice, with half of them",
            ));
        }
        Ok(thresholds)
    }
}

fn threshold(text: &str, is_direct: bool) -> Result<Threshold, Error> {
    let (group, share) = text.rsplit_once('=').map_or((None, text), |(group, share)| (Some(group), share));
    let group = match group.map(str::trim) {
        None => None,
        Some("theft") => Some(Group::Theft),
        Some(word) if word.parse::<Category>().is_ok() => Some(Group::Category(word.to_owned())),
        Some(word) => {
            return Err(Error::refused(
                format!("`{text}`: `{word}` is no group"),
                "`theft`, or a category such as `mixer`: `mixer=1%`",
            ));
        }
    };
    let millionths = share.trim().strip_suffix('%').and_then(millionths_of).ok_or_else(|| {
        Error::refused(
            format!("`{text}` is no share"),
            "a percentage from 0% to 100%, with at most 4 digits behind the point: `10%`, `mixer=0.5%`",
        )
    })?;
    Ok(Threshold { group, is_direct, millionths })
}

/// The millionths of a percentage without its sign.
fn millionths_of(percent: &str) -> Option<u32> {
    let (whole, rest) = percent.trim().split_once('.').unwrap_or((percent.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || rest.len() > 4 || !digits(whole) || !digits(rest) {
        return None;
    }
    let millionths = format!("{whole}{rest:0<4}").parse().ok()?;
    (millionths <= 1_000_000).then_some(millionths)
}

/// What is to be said of the addresses themselves: those that stand twice, and those whose checksum is wrong.
#[must_use]
pub fn address_notes(asked: &AskedAddresses, name: &str) -> Vec<String> {
    let repeated = asked.first_repeated.as_ref().map(|(line, first, address)| {
        let count = asked.repeated;
        format!(
            "{name}: {count} lines repeat an address, the first is line {line}: {address} stands in line {first}. Each has \
             its rows once."
        )
    });
    let slips = asked.first_slip.as_ref().map(|(line, address)| {
        let count = asked.slips;
        format!(
            "{name}: the EIP-55 checksum of {count} addresses is wrong, the first is line {line}: {address}. Look for a \
             mistyped letter; each is taken as it stands."
        )
    });
    repeated.into_iter().chain(slips).collect()
}

/// Refuses to replace the file of addresses.
///
/// # Errors
/// It is the same file.
pub fn keep_addresses(addresses: &Path, out: &Path) -> Result<(), Error> {
    if addresses.canonicalize().ok().is_some_and(|file| out.canonicalize().ok() == Some(file)) {
        return Err(Error::refused(format!("`{}` holds the addresses", out.display()), "name another file"));
    }
    Ok(())
}

/// What came to whom, with all that rows of it need.
#[derive(Debug)]
pub struct Screened {
    reading: Arc<Reading>,
    labels: Labels,
    tables: AssetTables,
    asked: Vec<AskedAccount>,
    thefts: Option<Exposures>,
    labelled: Option<Exposures>,
    thresholds: Vec<Threshold>,
    categories: Vec<Category>,
    missing: Vec<String>,
}

impl CaseFiles {
    /// Tallies what came to some addresses.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read; what a trace refuses; no origin.
    pub fn screen(
        self,
        of: &ScreenOf,
        addresses: Vec<AskedAddress>,
        watch: &dyn Watch,
    ) -> Result<Screened, Error> {
        let case = &of.case;
        let ready = self.ready(case, watch)?;
        let missing = ready.missing(case);
        let Ready { reading, labels, tables, options, .. } = ready;
        let ledger = &reading.ledger;
        let entities = Entity::of_labels(&labels, &of.categories, Grouping::Category);
        if case.thefts.is_empty() && entities.is_empty() {
            return Err(no_origin(&of.categories));
        }
        let busy = watch.busy("screening");
        let asked: Vec<AskedAccount> =
            addresses.into_iter().map(|it| AskedAccount::find(ledger, it.address, it.chain)).collect();
        let accounts: Vec<AccountId> = asked.iter().flat_map(|it| it.accounts.iter().copied()).collect();
        let orders = BothOrders::of(ledger);
        let came = |origins| orders.exposures(&labels, origins, &options, &accounts);
        let thefts = Some(Origins::Thefts(&case.thefts)).filter(|_| !case.thefts.is_empty());
        let labelled = Some(Origins::Entities(&entities)).filter(|_| !entities.is_empty());
        let (thefts, labelled) = (thefts.map(came).transpose()?, labelled.map(came).transpose()?);
        busy.finish_and_clear();
        let (thresholds, categories) = (of.thresholds.clone(), of.categories.clone());
        Ok(Screened { reading, labels, tables, asked, thefts, labelled, thresholds, categories, missing })
    }
}

impl Screened {
    /// The rows.
    #[must_use]
    pub fn rows(&self) -> Screening<'_> {
        let tables = [self.thefts.as_ref(), self.labelled.as_ref()];
        let ledger = &self.reading.ledger;
        Screening::new(ledger, &self.labels, &self.tables.tokens, &self.asked, tables, &self.thresholds)
    }

    /// What was screened, in a line; what of it is an origin itself, names a chain that is not there, or rests on an order that
    /// nobody told, in further ones.
    #[must_use]
    pub fn said(&self, rows: &Screening<'_>) -> String {
        let flagged = if self.thresholds.is_empty() {
            String::new()
        } else {
            format!("; {} meet a threshold", rows.flagged())
        };
        let (addresses, unknown) = (self.asked.len(), rows.unknown());
        let first =
            format!("{addresses} addresses, {unknown} of them in no transfer; {} rows{flagged}", rows.len());
        let further = [self.origins_themselves(rows), self.chains_not_there(), rows.order_note()];
        std::iter::once(first).chain(further.into_iter().flatten()).collect::<Vec<_>>().join("\n")
    }

    /// How many of the addresses are origins themselves: what somebody sends is no exposure of his own.
    fn origins_themselves(&self, rows: &Screening<'_>) -> Option<String> {
        let seeds = rows.seeds();
        let is_origin = |account: &AccountId| {
            self.categories.iter().any(|&category| self.labels.has(*account, category))
                || seeds.contains(account)
        };
        let themselves = self.asked.iter().filter(|asked| asked.accounts.iter().any(is_origin)).count();
        (themselves > 0).then(|| {
            format!(
                "{themselves} of them are themselves stolen from or labelled as an origin, which no threshold tells: see \
                 `stolen_here`, `label` and `category`"
            )
        })
    }

    /// Chains that were named and that no transfer is on.
    fn chains_not_there(&self) -> Option<String> {
        let ledger = &self.reading.ledger;
        let named = self.asked.iter().filter_map(|asked| asked.chain.as_deref());
        let absent: Vec<&str> = named.filter(|chain| ledger.find_chain(chain).is_none()).collect();
        let first = absent.first()?;
        Some(format!(
            "{} of them name a chain that no transfer is on, the first: `{}`",
            absent.len(),
            plain(first, 40)
        ))
    }

    /// Why more may have come than is told.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let tables = [("thefts", &self.thefts), ("labelled holders", &self.labelled)];
        let cut = tables.into_iter().filter_map(|(what, it)| Some((what, it.as_ref()?.cut)));
        let cut = cut.filter(|(_, cut)| cut.any()).map(|(what, Cut { hubs, hops, dust })| {
            format!("of {what}, {hubs} hubs, {hops} purses too far away and {dust} transfers too small are not followed")
        });
        cut.chain(self.missing.iter().cloned()).collect()
    }
}
