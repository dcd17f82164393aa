//! A client as a front end would be: GraphQL over HTTP with a bearer token, nothing else.

use serde_json::{Value, json};

/// Why the story cannot go on; the text says what was sent and what came back.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoryError(pub String);
pub type Result<T> = std::result::Result<T, StoryError>;

impl From<reqwest::Error> for StoryError {
    fn from(error: reqwest::Error) -> StoryError {
        StoryError(format!("HTTP: {error:?}"))
    }
}

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    /// `url` of the GraphQL endpoint.
    pub fn new(url: String) -> Client {
        Client { http: reqwest::Client::new(), url }
    }

    /// Sends a document; any top-level error ends the story.
    pub async fn send(&self, token: Option<&str>, document: &str, variables: Value) -> Result<Value> {
        let mut request = self
            .http
            .post(&self.url)
            .header("accept", "application/graphql-response+json")
            .header("accept-language", "en")
            .json(&json!({ "query": document, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let mut answer: Value = request.send().await?.json().await?;
        if let Some(errors) = answer.get("errors") {
            return Err(StoryError(format!("{document}\n{variables:#}\nanswered {errors:#}")));
        }
        Ok(answer["data"].take())
    }

    /// Sends one mutation and answers its payload. `input` gets an idempotency key of its own when it has none.
    pub async fn mutate(&self, token: Option<&str>, mutation: &Mutation<'_>) -> Result<Value> {
        let document = mutation.document();
        let mut data = self.send(token, &document, json!({ "input": mutation.input })).await?;
        Ok(data[mutation.name].take())
    }
}

/// A mutation as text and input.
pub struct Mutation<'a> {
    pub name: &'a str,
    pub input: Value,
    /// What to read of the payload, besides the refusals.
    pub select: &'a str,
}
impl Mutation<'_> {
    /// `mutation ($input: OpenCaseInput!) { openCase(input: $input) { … userErrors { … } } }`.
    pub fn document(&self) -> String {
        let mut letters = self.name.chars();
        let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        let input = format!("{first}{}Input", letters.as_str());
        format!(
            "mutation ($input: {input}!) {{ {}(input: $input) {{ {} userErrors {{ code message field law {{ law article }} }} }} }}",
            self.name, self.select
        )
    }
}
