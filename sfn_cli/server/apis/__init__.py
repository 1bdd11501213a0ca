"""APIs and function URLs, as web clients call them: `/_apis/ID/STAGE/…` and `/_functions/ID/…`.

answering       answers a request: finds the API, checks it, calls its integration
messages        requests and responses of APIs, and their errors
origins         which web pages may call an API, and its CORS headers
context         what API Gateway knows about a request ($context, requestContext)
authorizers     authorizers: functions and tokens
validation      request validators of REST APIs
mapping/        mapping templates and parameters
integrations/   what a route calls: functions, AWS services, HTTP endpoints
"""
