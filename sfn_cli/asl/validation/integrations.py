"""AWS's service integrations, whether sfn supports them or not.

The validator rejects a Resource that is not one of them.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
(optimised integrations and their patterns)
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
(services of aws-sdk tasks; their actions are in sdk_requests)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.sdk_requests import load_sdk_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource

_ANSWER, _JOB, _TOKEN = frozenset({""}), frozenset({"", "sync"}), frozenset({"", "waitForTaskToken"})
_ALL = _JOB | _TOKEN

OPTIMISED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "apigateway": {"invoke": _TOKEN},
    "athena": {
        "startQueryExecution": _JOB,
        **dict.fromkeys(("getQueryExecution", "getQueryResults", "stopQueryExecution"), _ANSWER),
    },
    "batch": {"submitJob": _JOB},
    "bedrock": {"createModelCustomizationJob": _JOB, "invokeModel": _TOKEN},
    "codebuild": {
        **dict.fromkeys(("retryBuildBatch", "startBuild", "startBuildBatch"), _JOB),
        **dict.fromkeys(
            ("batchDeleteBuilds", "batchGetReports", "deleteBuildBatch", "stopBuild", "stopBuildBatch"),
            _ANSWER,
        ),
    },
    "databrew": {"startJobRun": _JOB},
    "dynamodb": dict.fromkeys(("deleteItem", "getItem", "putItem", "updateItem"), _ANSWER),
    "ecs": {"runTask": _ALL},
    "eks": {
        **dict.fromkeys(("createCluster", "createFargateProfile", "createNodegroup"), _JOB),
        **dict.fromkeys(("deleteCluster", "deleteFargateProfile", "deleteNodegroup"), _JOB),
        "call": _ANSWER,
        "runJob": _ALL,
    },
    "elasticmapreduce": {
        **dict.fromkeys(("addStep", "createCluster", "terminateCluster"), _JOB),
        **dict.fromkeys(
            (
                "cancelStep",
                "modifyInstanceFleetByName",
                "modifyInstanceGroupByName",
                "setClusterTerminationProtection",
            ),
            _ANSWER,
        ),
    },
    "emr-containers": {"createVirtualCluster": _ANSWER, "deleteVirtualCluster": _JOB, "startJobRun": _JOB},
    "emr-serverless": dict.fromkeys(
        (
            "cancelJobRun",
            "createApplication",
            "deleteApplication",
            "startApplication",
            "startJobRun",
            "stopApplication",
        ),
        _JOB,
    ),
    "events": {"putEvents": _TOKEN},
    "glue": {"startJobRun": _JOB},
    "http": {"invoke": _ANSWER},
    "lambda": {"invoke": _TOKEN},
    "mediaconvert": {"createJob": _JOB},
    "sagemaker": {
        **dict.fromkeys(("createHyperParameterTuningJob", "createLabelingJob", "createProcessingJob"), _JOB),
        **dict.fromkeys(("createTrainingJob", "createTransformJob"), _JOB),
        **dict.fromkeys(("createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"), _ANSWER),
    },
    "sns": {"publish": _TOKEN},
    "sqs": {"sendMessage": _TOKEN},
    "states": {"startExecution": _ALL | {"sync:2"}},
}
"""Service → action → the patterns in which it can be called; "" is Request Response."""

_ACTION = re.compile(r"[a-z][A-Za-z0-9]*")


def is_known_integration(resource: Resource) -> bool:
    """Whether AWS supports the integration in a service's Resource."""
    action = resource.action.partition(".")[0]
    if resource.service.startswith("aws-sdk:"):
        return resource.pattern in _TOKEN and _is_known_sdk_action(
            resource.service.removeprefix("aws-sdk:"), action
        )
    return resource.pattern in OPTIMISED.get(resource.service, {}).get(action, ())


def _is_known_sdk_action(service: str, action: str) -> bool:
    known = load_sdk_service(service)
    # botocore no longer has the actions of a service that has ended.
    return (
        action in known
        if known is not None
        else service in _ENDED_SERVICES and bool(_ACTION.fullmatch(action))
    )


AWS_SDK_SERVICES = frozenset(
    """
    accessanalyzer account accountaccess accountaccessruntime acm acmpca agentregistry
    agentregistrycontrol aiops amp amplify amplifybackend amplifyuibuilder apigateway
    apigatewaymanagementapi apigatewayv2 appconfig appconfigdata appfabric appflow appintegrations
    applicationautoscaling applicationcostprofiler applicationdiscovery applicationinsights
    applicationsignals appmesh apprunner appstream appsync arcregionswitch arczonalshift artifact
    athena auditmanager autoscaling autoscalingplans b2bi backup backupgateway backupsearch batch
    bcmdashboards bcmdataexports bcmpricingcalculator bcmrecommendedactions bedrock bedrockagent
    bedrockagentcore bedrockagentcorecontrol bedrockagentruntime bedrockdataautomation
    bedrockdataautomationruntime bedrockruntime billing billingconductor braket budgets chatbot chime
    chimesdkidentity chimesdkmediapipelines chimesdkmeetings chimesdkmessaging chimesdkvoice
    cleanrooms cleanroomsml cloud9 cloudcontrol clouddirectory cloudformation cloudfront
    cloudfrontkeyvaluestore cloudhsm cloudhsmv2 cloudsearch cloudsearchdomain cloudtrail
    cloudtraildata cloudwatch cloudwatchlogs cloudwatchomni codeartifact codebuild codecatalyst
    codecommit codeconnections codedeploy codeguruprofiler codegurureviewer codegurusecurity
    codepipeline codestarconnections codestarnotifications cognitoidentity cognitoidentityprovider
    cognitosync comprehend comprehendmedical computeoptimizer computeoptimizerautomation config
    connect connectcampaigns connectcampaignsv2 connectcases connectcontactlens connecthealth
    connectparticipant connectscheduling continuum controlcatalog controltower costandusagereport
    costexplorer costoptimizationhub customerprofiles databasemigration databrew dataexchange
    datapipeline datasync datazone dax deadline detective devicefarm devopsagent devopsguru
    directconnect directory directoryservicedata dlm docdb docdbelastic drs dsql dynamodb
    dynamodbstreams ebs ec2 ec2instanceconnect ecr ecrpublic ecs efs eks eksauth elasticache
    elasticbeanstalk elasticloadbalancing elasticloadbalancingv2 elasticsearch elementalinference emr
    emrcontainers emrserverless endusermessaging entityresolution eventbridge eventbridgev2 evs
    firehose fis fms forecast forecastquery frauddetector freetier fsx gamelift gameliftstreams
    geomaps geoplaces georoutes glacier globalaccelerator glue grafana greengrass greengrassv2
    groundstation guardduty health healthlake iam iamtoolbox identitystore imagebuilder importexport
    inspector inspector2 inspectorscan interconnect internetmonitor invoicing iot iotdataplane
    iotdeviceadvisor iotfleetwise iotjobsdataplane iotmanagedintegrations iotsecuretunneling
    iotsitewise iotthingsgraph iottwinmaker iotwireless ivs ivschat ivsrealtime kafka kafkaconnect
    kendra kendraranking keyspaces keyspacesstreams kinesis kinesisanalytics kinesisanalyticsv2
    kinesisvideo kinesisvideoarchivedmedia kinesisvideomedia kinesisvideosignaling
    kinesisvideowebrtcstorage kms lakeformation lambda lambdacore lambdamicrovms lambdaweb
    launchwizard lexmodelbuilding lexmodelsv2 lexruntime lexruntimev2 licensemanager
    licensemanagerlinuxsubscriptions licensemanagerusersubscriptions lightsail location
    lookoutequipment m2 machinelearning macie2 mailmanager managedblockchain managedblockchainquery
    marketplaceagreement marketplacecatalog marketplacecommerceanalytics marketplacedeployment
    marketplacediscovery marketplaceentitlement marketplacemetering marketplacereporting mediaconnect
    mediaconvert medialive mediapackage mediapackagev2 mediapackagevod mediastore mediastoredata
    mediatailor medicalimaging memorydb mgn migrationhub migrationhubconfig migrationhuborchestrator
    migrationhubrefactorspaces migrationhubstrategy mpa mq mturk mwaa mwaaserverless neptune
    neptunedata neptunegraph networkfirewall networkflowmonitor networkmanager networkmonitor
    networksecuritymanager notifications notificationscontacts novaact oam observabilityadmin odb
    omics opensearch opensearchmemory opensearchserverless organizations osis outposts
    partnercentralaccount partnercentralbenefits partnercentralchannel
    partnercentralrevenuemeasurement partnercentralselling paymentcryptography paymentcryptographydata
    pcaconnectorad pcaconnectorscep pcs personalize personalizeevents personalizeruntime pi pinpoint
    pinpointemail pinpointsmsvoice pinpointsmsvoicev2 pipes polly pricing pricingplanmanager proton
    qapps qbusiness qconnect quicksight ram rbin rds rdsdata redshift redshiftdata redshiftserverless
    rekognition repostspace resiliencehub resiliencehubv2 resourceexplorer2 resourcegroups
    resourcegroupstaggingapi rolesanywhere route53 route53domains route53globalresolver
    route53profiles route53recoverycluster route53recoverycontrolconfig route53recoveryreadiness
    route53resolver rtbfabric rum s3 s3control s3files s3outposts s3tables s3vectors sagemaker
    sagemakera2iruntime sagemakeredge sagemakerfeaturestoreruntime sagemakergeospatial
    sagemakerinferencerouterruntime sagemakerjobruntime sagemakermetrics sagemakerruntime
    sagemakertrainingsessionruntime savingsplans scheduler schemas secretsmanager securityagent
    securityhub securityir securitylake serverlessapplicationrepository servicecatalog
    servicecatalogappregistry servicediscovery servicequotas ses sesv2 sfn shield signer signerdata
    signin simpledb simpledbv2 snowball snowdevicemanagement sns socialmessaging sqs ssm ssmcontacts
    ssmguiconnect ssmincidents ssmquicksetup ssmsap sso ssoadmin ssooidc storagegateway sts
    supplychain support supportapp supportauthz sustainability swf synthetics taxsettings textract
    timestreaminfluxdb timestreamquery timestreamwrite transcribe transfer translate trustedadvisor
    uxc verifiedpermissions voiceid vpclattice waf wafregional wafv2 wellarchitected wickr wisdom
    workdocs workmail workmailmessageflow workspaces workspacesinstances workspacesthinclient
    workspacesweb xray
    """.split()  # noqa: SIM905 - as a list, four hundred lines
)
"""The services of aws-sdk tasks that botocore can call, with their Java SDK names.

A test in tests/integrations compares the list with botocore.
"""

_ENDED_SERVICES = frozenset(
    """
    apptest elasticinference elastictranscoder evidently finspace finspacedata honeycode iotanalytics
    iotevents ioteventsdata iotfleethub lookoutmetrics lookoutvision opsworks opsworkscm panorama
    privatenetworks qldb qldbsession robomaker simspaceweaver sms tnb
    """.split()  # noqa: SIM905
)
"""Services that AWS accepts in a definition, although botocore no longer supports them."""
