//! `zexa-bench-peers`: other HTTP clients, for `cargo xtask bench`. The code is what an experienced user would write.

#[path = "../../src/client/cpu.rs"]
mod cpu;
#[path = "../../src/client/model.rs"]
mod model;
#[path = "../../src/client/rounds.rs"]
mod rounds;

use self::model::{MESSAGE, Message, Page};
use self::rounds::{PAGES, Sender};

const AUTHORIZATION: &str = "Bearer k";

fn main() -> Result<(), String> {
    rounds::run(|name, url, count| match name {
        "ureq" => {
            let agent = ureq::Agent::new_with_config(
                ureq::Agent::config_builder().max_idle_connections(64).max_idle_connections_per_host(64).build(),
            );
            Some(
                (0..count)
                    .map(|_| Box::new(Ureq { agent: agent.clone(), url: format!("{url}/v1") }) as Box<dyn Sender>)
                    .collect(),
            )
        }
        "reqwest" => {
            let client = reqwest::blocking::Client::new();
            Some(
                (0..count)
                    .map(|_| Box::new(Reqwest { client: client.clone(), url: format!("{url}/v1") }) as Box<dyn Sender>)
                    .collect(),
            )
        }
        _ => None,
    })
}

/// Threads share the agent with its connections.
struct Ureq {
    agent: ureq::Agent,
    url: String,
}

impl Sender for Ureq {
    fn send(&mut self) -> String {
        let request = self.agent.post(format!("{}/messages", self.url)).header("authorization", AUTHORIZATION);
        let mut response = request.send_json(MESSAGE).expect("the server responds");
        response.body_mut().read_json::<Message>().expect("a message").id
    }

    fn read_contacts(&mut self) -> usize {
        let read = |page: usize| -> usize {
            let request = self.agent.get(format!("{}/contacts?per_page=100&page={page}", self.url));
            let mut response = request.header("authorization", AUTHORIZATION).call().expect("the server responds");
            response.body_mut().read_json::<Page>().expect("a page").data.len()
        };
        (1..=PAGES).map(read).sum()
    }
}

/// Threads share the client with its connections.
struct Reqwest {
    client: reqwest::blocking::Client,
    url: String,
}

impl Sender for Reqwest {
    fn send(&mut self) -> String {
        let request = self.client.post(format!("{}/messages", self.url)).header("authorization", AUTHORIZATION);
        let response = request.json(&MESSAGE).send().expect("the server responds");
        response.json::<Message>().expect("a message").id
    }

    fn read_contacts(&mut self) -> usize {
        let read = |page: usize| -> usize {
            let request = self.client.get(format!("{}/contacts?per_page=100&page={page}", self.url));
            let response = request.header("authorization", AUTHORIZATION).send().expect("the server responds");
            response.json::<Page>().expect("a page").data.len()
        };
        (1..=PAGES).map(read).sum()
    }
}
