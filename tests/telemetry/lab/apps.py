"""Sources of apps and handlers, and a table, that more than one test gives to the lab."""

TINY = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await send({"type": message["type"] + ".complete"})
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""
WRITES_WHAT_IT_SEES = """
    import json, os

    def say(**record):
        print(json.dumps(record))

    placement, stream = os.environ["LIFESPAN_PLACEMENT"], os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    say(record="init", placement=placement, stream=stream)

    def handler(event, context):
        say(record="seen", request=context.aws_request_id, path=event["rawPath"], own=event["requestContext"],
            trace=os.environ["_X_AMZN_TRACE_ID"], left=context.get_remaining_time_in_millis(),
            placement=placement, arn=context.invoked_function_arn)
        return {"statusCode": 200, "body": "ok"}
"""
TABLE = {
    "TableName": "things",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "Items": [{"id": {"S": "a"}, "n": {"N": "7"}}],
}
