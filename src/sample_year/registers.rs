//! The registers: exporters with their people, products with their classification, templates and end users.

use chrono::{DateTime, TimeDelta, Utc};

use super::agenda::{Product, Task};
use super::world;
use super::year::{Firm, Year, because, prose};
use crate::act::Actor;
use crate::declarations::templates::{self, Enactment, NewTemplate};
use crate::end_users::{self, NewEndUser};
use crate::exporters::{self, NewExporter, Registration};
use crate::http::Problem;
use crate::ids::EndUserId;
use crate::products::{self, NewClassification, NewProduct};
use crate::rules::authority::Role;
use crate::rules::exporter::Action;
use crate::rules::product::{ProductClass, SecurityClassification};
use crate::rules::template::TransitionRule;

impl Year {
    /// An exporter asks to be entered; its person is known from then on.
    pub(super) async fn apply(&mut self, at: DateTime<Utc>, index: u32) -> Result<(), Problem> {
        if index + 1 < self.plan.exporters {
            self.agenda.note(self.plan.exporter_at(index + 1), Task::Apply(index + 1));
        }
        let head = self.dice.pick(&world::FIRM_HEADS).copied().unwrap_or_default();
        let tail = self.dice.pick(&world::FIRM_TAILS).copied().unwrap_or_default();
        let new = NewExporter {
            name: format!("{head} {} {tail}", index + 1).parse()?,
            company_number: format!("51{index:07}").parse()?,
            country: "IL".parse()?,
        };
        let officer = self.one_of(|staff| &staff.officers);
        let act = self.office.act(&officer, at);
        let id = exporters::apply(self.office.conn().await?, &act, &new).await?;
        let handle = format!("exporter.{}", index + 1);
        let person = self.office.person(at, &handle, Role::Exporter, None, Some(id)).await?;
        self.firms.push(Firm { person, products: Vec::new() });
        let registered = self.dice.later(at, 4, 18);
        self.agenda.note(registered, Task::Register(self.firms.len() - 1));
        self.done += 1;
        Ok(())
    }

    pub(super) async fn register(&mut self, at: DateTime<Utc>, firm: usize) -> Result<(), Problem> {
        let Some(id) = self.person_of(firm).exporter else { return Ok(()) };
        let registration = Registration {
            registered_until: at.date_naive() + TimeDelta::days(3 * 365),
            reasons: prose("The particulars are complete and no fact stands against the registration.")?,
        };
        let act = self.office.act(&self.staff.head.clone(), at);
        exporters::register(self.office.conn().await?, &act, id, Action::Register, &registration).await?;
        for _ in 0..self.quota(firm) {
            let submitted = self.dice.later(at, 1, 12);
            self.agenda.note(submitted, Task::Submit(firm));
        }
        Ok(())
    }

    /// How many products the exporter has: together they make the number planned.
    fn quota(&self, firm: usize) -> u32 {
        let (firm, firms) = (u64::try_from(firm).unwrap_or_default(), u64::from(self.plan.exporters));
        let upto = |firm: u64| u64::from(self.plan.products) * firm / firms.max(1);
        u32::try_from(upto(firm + 1) - upto(firm)).unwrap_or_default()
    }

    pub(super) async fn submit_product(&mut self, at: DateTime<Utc>, firm: usize) -> Result<(), Problem> {
        // An exporter keeps to a few neighboring sorts.
        let sorts = world::SORTS.len();
        let sort = (firm * 5 + self.dice.skewed(4)) % sorts;
        let Some(kind) = world::SORTS.get(sort) else { return Ok(()) };
        self.products += 1;
        let new = NewProduct {
            name: format!("{} model {}", kind.name, self.products).parse()?,
            description: prose(&format!(
                "A {} as offered by its maker, with accessories and documents.",
                kind.name
            ))?,
        };
        let act = self.office.act(&self.person_of(firm), at);
        let id = products::submit(self.office.conn().await?, &act, &new).await?;
        let classified = self.dice.later(at, 2, 9);
        self.agenda.note(classified, Task::Classify(firm, Product { id, sort }));
        Ok(())
    }

    pub(super) async fn classify(
        &mut self,
        at: DateTime<Utc>,
        firm: usize,
        product: Product,
    ) -> Result<(), Problem> {
        let Some(sort) = world::SORTS.get(product.sort) else { return Ok(()) };
        let security = match self.dice.below(10) {
            0..6 => SecurityClassification::Unclassified,
            6..8 => SecurityClassification::Restricted,
            8 => SecurityClassification::Confidential,
            _ => SecurityClassification::Secret,
        };
        let tags = Some(sort.tag).filter(|tag| !tag.is_empty());
        let unknown = |_| Problem::internal(&"the sample year names an unknown technology");
        let new = NewClassification {
            control_codes: vec![sort.code.parse()?],
            product_class: sort.class,
            security_classification: security,
            technology_tags: tags.map(|tag| tag.parse().map_err(unknown)).transpose()?.into_iter().collect(),
            rationale: prose("The characteristics stated meet the entry named.")?,
        };
        let classifier = self.one_of(|staff| &staff.classifiers);
        let act = self.office.act(&classifier, at);
        products::classify(self.office.conn().await?, &act, product.id, &new).await?;
        if let Some(firm) = self.firms.get_mut(firm) {
            firm.products.push(product);
        }
        self.done += 1;
        Ok(())
    }

    /// Drafts a template, has both ministries agree and brings it into force.
    pub(super) async fn enact_template(
        &mut self,
        at: DateTime<Utc>,
        class: ProductClass,
    ) -> Result<(), Problem> {
        let cyber = class == ProductClass::CyberIntelligence;
        let clauses: &[&str] = if cyber { &world::CYBER_CLAUSES } else { &world::CLAUSES };
        let new = NewTemplate {
            product_class: class,
            title: format!("End-user declaration, {}", class.name().replace('_', " ")).parse()?,
            clauses: clauses.iter().map(|clause| prose(clause)).collect::<Result<_, _>>()?,
            framework: false,
            transition_rule: TransitionRule::KeepFiled,
            transition_until: None,
        };
        let officer = self.one_of(|staff| &staff.officers);
        let (defense, foreign) = (self.one_of(|staff| &staff.defense), self.one_of(|staff| &staff.foreign));
        let head = self.staff.head.clone();
        let drafted = self.office.act(&officer, at);
        let id = templates::draft(self.office.conn().await?, &drafted, &new).await?;
        for (minute, ministry) in [(10, defense), (20, foreign)] {
            let agreed = self.office.act(&ministry, at + TimeDelta::minutes(minute));
            templates::agree(
                self.office.conn().await?,
                &agreed,
                id,
                &because("The ministry agrees to the text.")?,
            )
            .await?;
        }
        let enacted = self.office.act(&head, at + TimeDelta::minutes(30));
        let enactment = Enactment { in_force_from: None, reasons: prose("Both ministries have agreed.")? };
        templates::enact(self.office.conn().await?, &enacted, id, &enactment).await?;
        self.templates.insert(class, id);
        Ok(())
    }

    /// An end user of the exporter in the country, entered where none is on file.
    pub(super) async fn end_user(
        &mut self,
        at: DateTime<Utc>,
        firm: usize,
        country: usize,
        state: bool,
    ) -> Result<Option<EndUserId>, Problem> {
        let known = self.end_users.get(&(firm, country, state)).copied();
        let Some(code) = self.countries.get(country).copied() else { return Ok(known) };
        if known.is_some() {
            return Ok(known);
        }
        let bodies: &[_] = if state { &world::STATE_BODIES } else { &world::OTHER_BODIES };
        let Some((kind, name)) = self.dice.pick(bodies) else { return Ok(None) };
        let new = NewEndUser {
            exporter_id: None,
            name: format!("{name} of {code}").parse()?,
            kind: *kind,
            country: code,
            address: Some(prose(&format!("1 Main Road, {code}"))?),
        };
        let person: Actor = self.person_of(firm);
        let act = self.office.act(&person, at);
        let id = end_users::register(self.office.conn().await?, &act, &new).await?;
        self.end_users.insert((firm, country, state), id);
        Ok(Some(id))
    }
}
