"""APIs of API Gateway, as they are served: read from their parts in the store.

served          what a served API consists of
catalog         finds an API, and caches it until a part changes
rest_apis       REST APIs: resources and methods, or an OpenAPI document
http_apis       HTTP APIs: routes and integrations, or an OpenAPI document
openapi         the routes of OpenAPI documents with API Gateway's extensions
matching        the route of a request
urls            the URLs of APIs, here and in AWS
"""
