using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Each kind of breaking change is found, and named by its place; what is only new is none.</summary>
public sealed class BreakingChangesTests
{
    private const string Released =
        """
        {
          "paths": { "/things/{id}": {
            "get": {
              "operationId": "getThing", "security": [{"key": []}, {"secret": []}],
              "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/Status"}},
                {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}],
              "responses": {
                "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "204": {"description": "gone"},
                "404": {"description": "not there"}}},
            "post": {
              "operationId": "changeThing",
              "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}},
              "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
          "components": { "schemas": {
            "Status": {"type": "string", "enum": ["open", "paid"]},
            "Thing": {
              "type": "object", "required": ["id", "amount", "status", "at", "note", "happened"],
              "properties": {
                "id": {"type": "string"},
                "amount": {"type": "number"},
                "at": {"type": "string", "format": "date-time"},
                "note": {"type": ["string", "null"]},
                "status": {"$ref": "#/components/schemas/Status"},
                "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                "happened": {"oneOf": [{"$ref": "#/components/schemas/Made"}, {"$ref": "#/components/schemas/Paid"}]}}},
            "Part": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Made": {"type": "object", "properties": {"type": {"const": "made"}}},
            "Paid": {"type": "object", "properties": {"type": {"const": "paid"}}},
            "Change": {
              "type": "object", "required": ["amount"],
              "properties": {
                "amount": {"type": "integer", "minimum": 1, "maximum": 1000},
                "kind": {"type": "string", "enum": ["a", "b"]},
                "note": {"type": ["string", "null"]}}}
          } }
        }
        """;

    private const string Get = "/paths/~1things~1{id}/get";
    private const string Post = "/paths/~1things~1{id}/post";
    private const string Thing = "/components/schemas/Thing";
    private const string Change = "/components/schemas/Change";

    [Theory]
    [InlineData("/paths/~1things~1{id}", null, "GET /things/{id} is gone.")]
    [InlineData(Post, null, "POST /things/{id} is gone.")]
    [InlineData(Get + "/operationId", "\"readThing\"", "GET /things/{id} was getThing and is readThing.")]
    [InlineData(Get + "/security/1", null, "GET /things/{id} can no longer be called with secret.")]
    [InlineData(Get + "/parameters/1", null, "GET /things/{id} no longer takes status (query).")]
    [InlineData(Get + "/parameters/1/required", "true", "GET /things/{id} now needs status (query).")]
    [InlineData(Get + "/parameters/1/schema", """{"type":"string","enum":["open"]}""", "Status is never paid any more.")]
    [InlineData(Get + "/parameters/2/schema/maximum", "50", "limit (query) of GET /things/{id} has a narrower maximum: 50.")]
    [InlineData(Get + "/parameters/2/schema/type", "\"string\"", "limit (query) of GET /things/{id} was integer and is string.")]
    [InlineData(Get + "/responses/204", null, "GET /things/{id} no longer answers 204.")]
    [InlineData(Get + "/responses/404", null, "GET /things/{id} no longer answers 404.")]
    [InlineData(Get + "/responses/200/content", """{"text/plain":{}}""", "the 200 of GET /things/{id} is no longer application/json.")]
    [InlineData(Post + "/requestBody/required", "true", "POST /things/{id} now needs a body.")]
    [InlineData(Thing + "/properties/parts", null, "Thing.parts is gone.")]
    [InlineData(Thing + "/required", """["id","amount","status","at","note"]""", "Thing.happened may now be absent.")]
    [InlineData(Thing + "/properties/id/type", """["string","null"]""", "Thing.id was string and is null or string.")]
    [InlineData(Thing + "/properties/id", "{}", "Thing.id was string and is anything.")]
    [InlineData(Thing + "/properties/amount/type", "\"string\"", "Thing.amount was number and is string.")]
    [InlineData(Thing + "/properties/at/format", null, "Thing.at was date-time and is of no format.")]
    [InlineData(Thing + "/properties/status", """{"type":"string"}""", "Status was one of open, paid and is anything.")]
    [InlineData("/components/schemas/Status/enum", """["open"]""", "Status is never paid any more.")]
    [InlineData("/components/schemas/Part/properties/name", null, "Part.name is gone.")]
    [InlineData(Thing + "/properties/happened/oneOf/1", null, "Thing.happened is never Paid any more.")]
    [InlineData("/components/schemas/Made/properties/type/const", "\"created\"", "Made.type is never made any more.")]
    [InlineData(Change + "/required", """["amount","kind"]""", "Change.kind is now needed.")]
    [InlineData(Change + "/properties/note", null, "Change.note is gone.")]
    [InlineData(Change + "/properties/note/type", "\"string\"", "Change.note was null or string and is string.")]
    [InlineData(Change + "/properties/note/enum", """["x"]""", "Change.note was any and may only be x.")]
    [InlineData(Change + "/properties/note/pattern", "\"^x\"", "Change.note must now match ^x.")]
    [InlineData(Change + "/properties/kind/enum", """["a"]""", "Change.kind is never b any more.")]
    [InlineData(Change + "/properties/amount/minimum", "10", "Change.amount has a narrower minimum: 10.")]
    [InlineData(Change + "/properties/amount/maximum", "999", "Change.amount has a narrower maximum: 999.")]
    public void A_breaking_change_is_found_and_named(string place, string? value, string expected) =>
        Assert.Contains(expected, BreakingChanges.Between(Document(), With(place, value)));

    [Theory]
    [InlineData("/paths/~1others", """{"get":{"operationId":"listOthers","responses":{}}}""")]
    [InlineData(Get + "/parameters/-", """{"name":"kind","in":"query","schema":{"type":"string"}}""")]
    [InlineData(Get + "/parameters/2/schema/maximum", "200")]
    [InlineData(Get + "/security/-", """{"other":[]}""")]
    [InlineData(Get + "/responses/409", """{"description":"not now"}""")]
    [InlineData(Thing + "/properties/more", """{"type":"string"}""")]
    [InlineData(Thing + "/required", """["id","amount","status","at","note","happened","parts"]""")]
    [InlineData(Thing + "/properties/note/type", "\"string\"")]
    [InlineData(Thing + "/properties/amount/type", "\"integer\"")]
    [InlineData("/components/schemas/Status/enum", """["open","paid","late"]""")]
    [InlineData(Thing + "/properties/happened/oneOf/-", """{"$ref":"#/components/schemas/Part"}""")]
    [InlineData(Change + "/properties/more", """{"type":"string"}""")]
    [InlineData(Change + "/required", "[]")]
    [InlineData(Change + "/properties/amount/maximum", "2000")]
    [InlineData(Change + "/properties/amount/minimum", null)]
    [InlineData(Change + "/properties/kind/enum", null)]
    public void What_is_only_new_breaks_nobody(string place, string? value) => Assert.Empty(BreakingChanges.Between(Document(), With(place, value)));

    [Fact]
    public void A_document_does_not_break_itself() => Assert.Empty(BreakingChanges.Between(Document(), Document()));

    private static JsonNode Document() => JsonNode.Parse(Released)!;

    /// <summary>The document with something at a place (a JSON Pointer; <c>-</c> is behind the last), or without what is there.</summary>
    private static JsonNode With(string place, string? value)
    {
        var document = Document();
        var steps = place.Split('/')[1..].Select(step => step.Replace("~1", "/", StringComparison.Ordinal)).ToList();
        var parent = steps[..^1].Aggregate(document, (node, step) => node is JsonArray list ? list[int.Parse(step, null)]! : node[step]!);
        var made = value is null ? null : JsonNode.Parse(value);
        switch (parent)
        {
            case JsonArray list when steps[^1] == "-":
                list.Add(made);
                break;
            case JsonArray list:
                list.RemoveAt(int.Parse(steps[^1], null));
                break;
            case JsonObject members when made is null:
                Assert.True(members.Remove(steps[^1]));
                break;
            default:
                parent[steps[^1]] = made;
                break;
        }

        return document;
    }
}
