//! What a simulation is asked for: a readable file of parameters, and presets by name.
//!
//! Shares are in thousandths, money in whole dollars or whole coins, times in days, hours and minutes: whole numbers
//! everywhere.

use crate::coin::Coin;
use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Everything that decides a simulated world, but for its size and seed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// What it is called.
    pub name: String,
    /// How many days it lasts, from 1 to 3,650.
    #[serde(default = "default_days")]
    pub days: u64,
    /// How many wallets there are for a thousand transfers.
    #[serde(default = "default_wallets")]
    pub wallets_per_thousand: u64,
    /// Who does how much.
    #[serde(default)]
    pub economy: Economy,
    /// How much of the truth the labels tell, in thousandths.
    #[serde(default)]
    pub labels: LabelShares,
    /// What is stolen, and what becomes of it.
    #[serde(default, rename = "theft")]
    pub thefts: Vec<TheftPlan>,
}

const fn default_days() -> u64 {
    30
}

const fn default_wallets() -> u64 {
    180
}

/// The clean economy: how often each thing is done, as a weight among all, and by how many.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Economy {
    /// Exchanges, from 1 to 200.
    pub exchanges: u64,
    /// Shops, employers, desks, relayers and the like, each for a hundred thousand transfers, at least three.
    pub businesses: u64,
    /// A wallet pays another.
    pub pay: u64,
    /// A wallet pays a shop.
    pub shop: u64,
    /// A wallet pays an invoice of a payment processor, or through a forwarder.
    pub invoice: u64,
    /// An employer pays salaries, many at once.
    pub salary: u64,
    /// A wallet deposits at its exchange.
    pub deposit: u64,
    /// An exchange pays a withdrawal.
    pub withdraw: u64,
    /// An exchange moves its own money.
    pub churn: u64,
    /// A wallet swaps.
    pub swap: u64,
    /// A wallet sends over a bridge.
    pub bridge: u64,
    /// A wallet puts a note into a mixer.
    pub mix: u64,
    /// A wallet trades with a desk.
    pub desk: u64,
    /// Spam, dust, transfers of nothing, poisoning.
    pub noise: u64,
    /// A wallet does something on the second chain.
    pub second_chain: u64,
}

impl Default for Economy {
    fn default() -> Self {
        Self {
            exchanges: 6,
            businesses: 4,
            pay: 300,
            shop: 60,
            invoice: 25,
            salary: 4,
            deposit: 130,
            withdraw: 120,
            churn: 6,
            swap: 90,
            bridge: 12,
            mix: 8,
            desk: 6,
            noise: 45,
            second_chain: 40,
        }
    }
}

/// How many thousandths of the accounts of a kind bear a label.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelShares {
    /// Hot wallets.
    pub hot: u64,
    /// Cold wallets.
    pub cold: u64,
    /// Deposit accounts of exchanges.
    pub deposit: u64,
    /// Pools and routers.
    pub dex: u64,
    /// Bridges.
    pub bridge: u64,
    /// Mixers.
    pub mixer: u64,
    /// Payment processors.
    pub processor: u64,
    /// Shops, desks and employers.
    pub business: u64,
}

impl Default for LabelShares {
    fn default() -> Self {
        Self {
            hot: 950,
            cold: 700,
            deposit: 50,
            dex: 950,
            bridge: 950,
            mixer: 1000,
            processor: 500,
            business: 30,
        }
    }
}

/// One theft.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TheftPlan {
    /// Its name.
    pub id: String,
    /// When it happens: so many days and hours after the beginning.
    pub day: u64,
    /// See `day`.
    #[serde(default)]
    pub hour: u64,
    /// What is taken: whole coins by name (`eth`, `usdt`, `usdc`, `dai`, `wbtc`).
    pub take: BTreeMap<String, u64>,
    /// What the thief does with it, one step after the other.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a thief, done with every lot of money that gets so far.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Does nothing for some hours.
    Wait {
        /// From the first to the second.
        hours: [u64; 2],
    },
    /// Splits a lot over fresh accounts.
    FanOut {
        /// How many.
        ways: u64,
        /// How long from one to the next.
        minutes: [u64; 2],
    },
    /// Sends a small part to a fresh account and the rest to another, again and again.
    Peel {
        /// How many times.
        hops: u64,
        /// How much is peeled off, in thousandths of what is left.
        thousandths: [u64; 2],
        /// How long from one to the next.
        minutes: [u64; 2],
    },
    /// Swaps into another coin.
    Swap {
        /// Its name.
        to: String,
        /// How many dollars at a time.
        dollars: [u64; 2],
        /// How long from one to the next.
        minutes: [u64; 2],
    },
    /// Puts whole notes into a mixer, and takes them out again to fresh accounts.
    Mix {
        /// The denomination, in whole coins of the native coin.
        note: u64,
        /// How long from one deposit to the next.
        minutes: [u64; 2],
        /// How long a note stays.
        hours: [u64; 2],
        /// How many notes come out at one account, in one burst.
        burst: [u64; 2],
    },
    /// Sends everything over a bridge to the other chain. What no bridge takes stays.
    Bridge {
        /// How many dollars at a time.
        dollars: [u64; 2],
        /// How long from one to the next.
        minutes: [u64; 2],
    },
    /// Lets somebody else's wallet pass the money on, for a share.
    Mule {
        /// His share, in thousandths.
        fee: u64,
        /// How long he takes.
        hours: [u64; 2],
    },
    /// Sells to a desk, which pays in another coin.
    Desk {
        /// Its name.
        to: String,
        /// How long the desk takes.
        minutes: [u64; 2],
    },
    /// Deposits at exchanges.
    CashOut {
        /// How many dollars at a time.
        dollars: [u64; 2],
        /// How long from one to the next.
        minutes: [u64; 2],
        /// How many deposits go to one account before the next is used.
        deposits: [u64; 2],
        /// How many thousandths of the deposit accounts belong to customers with a history of their own.
        recruited: u64,
    },
    /// Sends some of the lots another way.
    Branch {
        /// How many thousandths of the lots.
        thousandths: u64,
        /// That way; an empty one lets the money rest.
        step: Vec<Step>,
    },
}

/// The presets: name and file.
const PRESETS: [(&str, &str); 7] = [
    ("small", include_str!("../presets/small.toml")),
    ("smurf", include_str!("../presets/smurf.toml")),
    ("peel", include_str!("../presets/peel.toml")),
    ("harmony", include_str!("../presets/harmony.toml")),
    ("ronin", include_str!("../presets/ronin.toml")),
    ("bybit", include_str!("../presets/bybit.toml")),
    ("clean", include_str!("../presets/clean.toml")),
];

impl Parameters {
    /// The names of the presets.
    pub fn preset_names() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }

    /// The file of a preset.
    ///
    /// # Errors
    /// An [`Error`] that lists them all where there is none of this name.
    pub fn preset_text(name: &str) -> Result<&'static str, Error> {
        let found = PRESETS.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| *text).ok_or_else(|| {
            let names: Vec<&str> = Self::preset_names().collect();
            Error::new(format!("`{name}` is no preset"))
                .with_hint(format!("there are: {}; or give a file with `--parameters`", names.join(", ")))
        })
    }

    /// Takes a preset.
    ///
    /// # Errors
    /// See [`Parameters::preset_text`].
    pub fn preset(name: &str) -> Result<Self, Error> {
        Self::parse(name, Self::preset_text(name)?)
    }

    /// Reads a file of parameters; `source` is its name in errors.
    ///
    /// # Errors
    /// An [`Error`] that says what is wrong with it.
    pub fn parse(source: &str, text: &str) -> Result<Self, Error> {
        let parameters: Self = toml::from_str(text)
            .map_err(|error| Error::new(format!("{source}: {}", error.to_string().trim_end())))?;
        parameters.check().map_err(|error| error.within(source))?;
        Ok(parameters)
    }

    fn check(&self) -> Result<(), Error> {
        bounded("days", self.days, 1, 3650)?;
        bounded("wallets_per_thousand", self.wallets_per_thousand, 1, 1000)?;
        bounded("exchanges", self.economy.exchanges, 1, 200)?;
        bounded("businesses", self.economy.businesses, 1, 1000)?;
        let Economy {
            pay,
            shop,
            invoice,
            salary,
            deposit,
            withdraw,
            churn,
            swap,
            bridge,
            mix,
            desk,
            noise,
            second_chain,
            ..
        } = self.economy;
        let weights = [
            pay,
            shop,
            invoice,
            salary,
            deposit,
            withdraw,
            churn,
            swap,
            bridge,
            mix,
            desk,
            noise,
            second_chain,
        ];
        weights.iter().try_for_each(|&weight| bounded("a weight of [economy]", weight, 0, 1_000_000))?;
        if weights.iter().all(|&weight| weight == 0) {
            return Err(Error::new("all weights of [economy] are 0: nothing would ever happen"));
        }
        let labels = &self.labels;
        let LabelShares { hot, cold, deposit, dex, bridge, mixer, processor, business } = labels;
        for share in [hot, cold, deposit, dex, bridge, mixer, processor, business] {
            bounded("a share of [labels]", *share, 0, 1000)?;
        }
        let mut ids = Vec::new();
        for theft in &self.thefts {
            theft.check(self.days).map_err(|error| error.within(&format!("theft `{}`", theft.id)))?;
            if ids.contains(&&theft.id) {
                return Err(Error::new(format!("two thefts are called `{}`", theft.id)));
            }
            ids.push(&theft.id);
        }
        Ok(())
    }
}

impl TheftPlan {
    fn check(&self, days: u64) -> Result<(), Error> {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if self.id.is_empty() || !self.id.bytes().all(fit) {
            return Err(Error::new("`id` is no name: letters, digits, `-` and `_` were expected"));
        }
        bounded("day", self.day, 0, days - 1)?;
        bounded("hour", self.hour, 0, 23)?;
        if self.take.is_empty() {
            return Err(Error::new("`take` is empty: nothing is stolen"));
        }
        for (name, &coins) in &self.take {
            let coin = coin_of(name)?;
            if coin.chain() != crate::coin::Chain::Ethereum || coin == Coin::SPAM {
                return Err(Error::new(format!(
                    "`{name}` cannot be stolen: a coin of ethereum was expected"
                )));
            }
            bounded("an amount of `take`", coins, 1, 1_000_000_000)?;
        }
        self.steps.iter().try_for_each(Step::check)
    }
}

impl Step {
    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Wait { hours } => span("hours", *hours),
            Self::FanOut { ways, minutes } => {
                bounded("ways", *ways, 1, 10_000).and(span("minutes", *minutes))
            }
            Self::Peel { hops, thousandths, minutes } => {
                bounded("hops", *hops, 1, 10_000)?;
                bounded("thousandths", thousandths[1], 1, 999)?;
                span("thousandths", *thousandths).and(span("minutes", *minutes))
            }
            Self::Swap { to, dollars, minutes } => {
                coin_of(to).and(pieces(*dollars)).and(span("minutes", *minutes))
            }
            Self::Mix { note, minutes, hours, burst } => {
                if ![1, 10, 100].contains(note) {
                    return Err(Error::new(format!("`note = {note}`: mixers here take 1, 10 or 100 coins")));
                }
                bounded("burst", burst[0], 1, 1000)?;
                span("minutes", *minutes).and(span("hours", *hours)).and(span("burst", *burst))
            }
            Self::Bridge { dollars, minutes } => pieces(*dollars).and(span("minutes", *minutes)),
            Self::Mule { fee, hours } => bounded("fee", *fee, 0, 999).and(span("hours", *hours)),
            Self::Desk { to, minutes } => coin_of(to).and(span("minutes", *minutes)),
            Self::CashOut { dollars, minutes, deposits, recruited } => {
                bounded("deposits", deposits[0], 1, 1000)?;
                bounded("recruited", *recruited, 0, 1000)?;
                pieces(*dollars).and(span("minutes", *minutes)).and(span("deposits", *deposits))
            }
            Self::Branch { thousandths, step } => {
                bounded("thousandths", *thousandths, 0, 1000)?;
                step.iter().try_for_each(Self::check)
            }
        }
    }
}

fn coin_of(name: &str) -> Result<Coin, Error> {
    Coin::find(name).ok_or_else(|| {
        let names: Vec<&str> = Coin::all().map(Coin::name).collect();
        Error::new(format!("`{name}` is no coin")).with_hint(format!("there are: {}", names.join(", ")))
    })
}

fn bounded(name: &str, value: u64, least: u64, most: u64) -> Result<(), Error> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::new(format!("`{name}` is {value}, but from {least} to {most} was expected")))
}

/// From the first to the second, at most ten years of hours.
fn span(name: &str, [low, high]: [u64; 2]) -> Result<(), Error> {
    if low > high {
        return Err(Error::new(format!("`{name} = [{low}, {high}]`: the first is to be the smaller one")));
    }
    bounded(name, high, 0, 100_000)
}

fn pieces(dollars: [u64; 2]) -> Result<(), Error> {
    bounded("dollars", dollars[0], 1, dollars[1])?;
    bounded("dollars", dollars[1], 1, 10_000_000_000)
}
