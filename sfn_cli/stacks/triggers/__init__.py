"""What starts things: the rules, schedules, queues, topics, streams, buckets and APIs of a store.

trigger     what a trigger is, and what came of firing it
find        all triggers of a store, by their names
rules       rules of event buses, and schedules
services    queues, topics, streams, tables and buckets, in the local AWS services
apis        routes of APIs, and function URLs
"""
