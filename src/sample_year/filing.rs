//! Filing: what exporters apply for, and the declarations that export applications rest on.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::agenda::{Case, Goods, Intent, Product, Task};
use super::plan::Plan;
use super::world::{self, Sort};
use super::year::{Cover, Renewable, Year, prose};
use crate::applications::{self, NewApplication, NewLine};
use crate::consignees::NewConsignee;
use crate::declarations::{self, Acceptance, Item, NewDeclaration, Verification};
use crate::http::Problem;
use crate::ids::{DeclarationId, EndUserId, LicenseId};
use crate::rules::application::{Kind, Purpose};
use crate::rules::consignee::ConsigneeRole;
use crate::rules::declaration::StatedEnd;
use crate::rules::end_user::EndUserKind;
use crate::rules::product::ProductClass;
use crate::rules::values::{Amount, Country, Quantity};

/// What is to be filed, before it has an identifier.
struct Filing {
    kind: Kind,
    exporter: usize,
    country: usize,
    products: Vec<Product>,
    end_user: Option<EndUserId>,
    predecessor: Option<LicenseId>,
}

impl Product {
    fn sort(self) -> Option<&'static Sort> {
        world::SORTS.get(self.sort)
    }
}

/// The class that selects the declaration: the strictest of the goods.
fn strictest(products: &[Product]) -> ProductClass {
    let classes = products.iter().filter_map(|product| product.sort()).map(|sort| sort.class);
    classes.max().unwrap_or(ProductClass::DualUse)
}

impl Year {
    pub(super) async fn file_marketing(&mut self, at: DateTime<Utc>, index: u32) -> Result<(), Problem> {
        if index + 1 < self.plan.marketing {
            self.agenda.note(self.plan.marketing_at(index + 1), Task::FileMarketing(index + 1));
        }
        let due = Plan::due_country(index, self.plan.marketing, self.plan.marketing_destinations);
        let renewed = if due.is_none() && self.dice.chance(12) { self.renewables.pop() } else { None };
        let filing = if let Some(Renewable { cover, country }) = renewed {
            let Cover { license, exporter, products, end_user } = cover;
            Filing {
                kind: Kind::Marketing,
                exporter,
                country,
                products,
                end_user,
                predecessor: Some(license),
            }
        } else {
            self.promotion(at, due).await?
        };
        self.file(at, filing).await
    }

    /// A new offer, to the country that is due or to any.
    async fn promotion(&mut self, at: DateTime<Utc>, due: Option<usize>) -> Result<Filing, Problem> {
        let countries = usize::try_from(self.plan.marketing_destinations).unwrap_or(1);
        let country = due.unwrap_or_else(|| self.dice.skewed(countries));
        let (exporter, products) = self.offer();
        // A cyber system is offered to a named body of a state, with few exceptions that the gate stops.
        let cyber = strictest(&products) == ProductClass::CyberIntelligence;
        let state = self.dice.chance(if cyber { 98 } else { 75 });
        let named = self.dice.chance(if cyber { 97 } else { 45 });
        let end_user = if named { self.end_user(at, exporter, country, state).await? } else { None };
        Ok(Filing { kind: Kind::Marketing, exporter, country, products, end_user, predecessor: None })
    }

    pub(super) async fn file_export(&mut self, at: DateTime<Utc>, index: u32) -> Result<(), Problem> {
        if index + 1 < self.plan.exports {
            self.agenda.note(self.plan.export_at(index + 1), Task::FileExport(index + 1));
        }
        let countries = self.plan.export_destinations;
        let country = Plan::due_country(index, self.plan.exports, countries)
            .unwrap_or_else(|| self.dice.skewed(usize::try_from(countries).unwrap_or(1)));
        let chosen = self.covers.get(country).map_or(0, Vec::len);
        let chosen = self.dice.below(chosen);
        let cover = self.covers.get(country).and_then(|covers| covers.get(chosen));
        // Where no marketing license is known, the exporter tries without, and the gate answers.
        let (exporter, products, end_user) = if let Some(cover) = cover {
            (cover.exporter, cover.products.clone(), cover.end_user)
        } else {
            let (exporter, products) = self.offer();
            (exporter, products, None)
        };
        let cyber = strictest(&products) == ProductClass::CyberIntelligence;
        let state = if cyber { !self.dice.chance(2) } else { self.dice.chance(70) };
        let end_user = match end_user {
            Some(end_user) => Some(end_user),
            None => self.end_user(at, exporter, country, state).await?,
        };
        self.file(at, Filing { kind: Kind::Export, exporter, country, products, end_user, predecessor: None })
            .await
    }

    /// An exporter and one to three of its products.
    fn offer(&mut self) -> (usize, Vec<Product>) {
        let exporter = self.dice.below(self.firms.len());
        let all = self.firms.get(exporter).map(|firm| firm.products.clone()).unwrap_or_default();
        let wanted = [1, 1, 1, 1, 2, 2, 3].get(self.dice.below(7)).copied().unwrap_or(1).min(all.len());
        let start = self.dice.below(all.len());
        (exporter, all.iter().cycle().skip(start).take(wanted).copied().collect())
    }

    fn price(&mut self, product: Product, always: bool, currency: &'static str) -> Goods {
        let quantity = (always || self.dice.chance(60)).then(|| {
            let expensive = product.sort().is_some_and(|sort| sort.price > 100_000);
            if expensive { self.dice.between(2, 12) } else { self.dice.between(2, 400) * 5 }
        });
        Goods { product, quantity, currency }
    }

    async fn file(&mut self, at: DateTime<Utc>, filing: Filing) -> Result<(), Problem> {
        let currencies = ["USD", "USD", "USD", "USD", "USD", "EUR", "EUR", "EUR", "ILS", "GBP"];
        let currency = self.dice.pick(&currencies).copied().unwrap_or("USD");
        let always = filing.kind != Kind::Marketing;
        let mut goods = Vec::new();
        for product in &filing.products {
            goods.push(self.price(*product, always, currency));
        }
        let declaration = match (filing.kind, filing.end_user) {
            (Kind::Export, Some(end_user)) => self.declare(at, &filing, &goods, end_user).await?,
            (Kind::Export | Kind::Marketing | Kind::Brokering, _) => None,
        };
        let Some(destination) = self.countries.get(filing.country).copied() else { return Ok(()) };
        let purpose = if filing.predecessor.is_some() { Purpose::Renewal } else { Purpose::New };
        let new = NewApplication {
            kind: filing.kind,
            purpose,
            destination,
            end_user_id: filing.end_user,
            predecessor_id: filing.predecessor,
            declaration_id: declaration,
            end_use: prose(if always { "Use by the end user named." } else { "Offers and demonstrations." })?,
            lines: goods.iter().map(line).collect::<Result<_, _>>()?,
            consignees: carriers(&filing, destination)?,
        };
        let person = self.person_of(filing.exporter);
        let opened = self.office.act(&person, at);
        let id = applications::open(self.office.conn().await?, &opened, &new).await?;
        let filed_at = at + TimeDelta::minutes(10);
        let submitted = self.office.act(&person, filed_at);
        applications::submit(self.office.conn().await?, &submitted, id).await?;
        self.done += 1;
        let intent = match self.dice.below(100) {
            0..4 => Intent::Refuse,
            4..7 => Intent::Withdraw,
            7..14 => Intent::GrantInPart,
            _ => Intent::Grant,
        };
        let Filing { kind, exporter, country, end_user, .. } = filing;
        let short = self.dice.chance(6);
        let days = if short { self.dice.between(30, 150) } else { self.dice.between(12, 36) * 31 };
        let (objection, waits) = (None, 0);
        let case =
            Box::new(Case { id, kind, exporter, country, goods, end_user, intent, objection, days, waits });
        let next = self.dice.later(filed_at, 1, 4);
        let task = if self.dice.chance(5) { Task::Return(case) } else { Task::TakeUp(case) };
        self.agenda.note(next, task);
        Ok(())
    }

    /// Lodges the declaration of an export; its verification follows.
    async fn declare(
        &mut self,
        at: DateTime<Utc>,
        filing: &Filing,
        goods: &[Goods],
        end_user: EndUserId,
    ) -> Result<Option<DeclarationId>, Problem> {
        let class = strictest(&filing.products);
        let (Some(template), Some(state)) =
            (self.templates.get(&class).copied(), self.countries.get(filing.country).copied())
        else {
            return Ok(None);
        };
        let stated_ends = match class {
            ProductClass::CyberIntelligence => vec![StatedEnd::CounterTerrorism, StatedEnd::SeriousCrime],
            ProductClass::Military => vec![StatedEnd::NationalDefense],
            ProductClass::DualUse => vec![StatedEnd::CivilUse],
        };
        let new = NewDeclaration {
            template_id: template,
            end_user_id: end_user,
            state,
            authority: format!("Ministry of Defense of {state}").parse()?,
            signatory_name: format!("Signatory {}", self.dice.between(1, 9_999)).parse()?,
            signatory_title: "Director of Procurement".parse()?,
            end_use: prose("Use by the end user named.")?,
            stated_ends,
            place_of_use: prose(&format!("1 Main Road, {state}"))?,
            document_sha256: hex::encode(self.office.ids.bytes::<32>()).parse()?,
            signed_on: at.date_naive() - TimeDelta::days(self.dice.between(3, 40).into()),
            valid_until: at.date_naive() + TimeDelta::days(365),
            items: goods.iter().map(item).collect::<Result<_, _>>()?,
        };
        let act = self.office.act(&self.person_of(filing.exporter), at);
        let id = declarations::lodge(self.office.conn().await?, &act, &new).await?;
        let verified = self.dice.later(at, 1, 3);
        self.agenda.note(verified, Task::Verify(id));
        Ok(Some(id))
    }

    pub(super) async fn verify(&mut self, at: DateTime<Utc>, id: DeclarationId) -> Result<(), Problem> {
        let verification = Verification {
            channel: "the embassy of the acquiring state".parse()?,
            reasons: prose("The declaration is complete.")?,
        };
        let officer = self.one_of(|staff| &staff.officers);
        let act = self.office.act(&officer, at);
        declarations::begin_verification(self.office.conn().await?, &act, id, &verification).await?;
        // Some signatures are not confirmed in the year.
        if !self.dice.chance(2) {
            let accepted = self.dice.later(at, 1, 4);
            self.agenda.note(accepted, Task::Accept(id));
        }
        Ok(())
    }

    pub(super) async fn accept(&mut self, at: DateTime<Utc>, id: DeclarationId) -> Result<(), Problem> {
        let acceptance = Acceptance {
            channel: "the embassy of the acquiring state".parse()?,
            result: prose("The embassy confirms the signature.")?,
            reasons: prose("The signature is confirmed.")?,
        };
        let officer = self.one_of(|staff| &staff.officers);
        let act = self.office.act(&officer, at);
        declarations::accept(self.office.conn().await?, &act, id, &acceptance).await
    }
}

/// The value of a line, in units of its currency.
pub(super) fn value_of(goods: &Goods) -> Option<Amount> {
    let price = goods.product.sort().map_or(0, |sort| sort.price);
    goods.quantity.and_then(|quantity| Amount::new(Decimal::from(quantity) * Decimal::from(price)))
}

/// The quantity of a line.
pub(super) fn quantity_of(goods: &Goods) -> Option<Quantity> {
    goods.quantity.and_then(|quantity| Quantity::new(Decimal::from(quantity)))
}

fn line(goods: &Goods) -> Result<NewLine, Problem> {
    let quantity = quantity_of(goods);
    let value = value_of(goods);
    Ok(NewLine {
        product_id: goods.product.id,
        quantity,
        unit: quantity.and_then(|_| goods.product.sort()).map(|sort| sort.unit),
        value,
        currency: value.map(|_| goods.currency.parse()).transpose()?,
    })
}

/// A forwarder takes the goods to some of the destinations.
fn carriers(filing: &Filing, destination: Country) -> Result<Vec<NewConsignee>, Problem> {
    if filing.kind == Kind::Marketing || !filing.country.is_multiple_of(3) {
        return Ok(Vec::new());
    }
    Ok(vec![NewConsignee {
        role: ConsigneeRole::IntermediateConsignee,
        name: format!("Forwarding Agency of {destination}").parse()?,
        kind: EndUserKind::PrivateCompany,
        country: destination,
        address: None,
    }])
}

fn item(goods: &Goods) -> Result<Item, Problem> {
    let missing = || Problem::internal(&"a declared line has no quantity");
    Ok(Item {
        product_id: goods.product.id,
        quantity: quantity_of(goods).ok_or_else(missing)?,
        unit: goods.product.sort().ok_or_else(missing)?.unit,
    })
}
