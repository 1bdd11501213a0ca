// Each row of a CSV file in S3 becomes an item in a table or a message in a dead-letter queue.

const path = require('node:path')
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib')
const { AttributeType, BillingMode, Table } = require('aws-cdk-lib/aws-dynamodb')
const { PolicyStatement } = require('aws-cdk-lib/aws-iam')
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda')
const { LogGroup } = require('aws-cdk-lib/aws-logs')
const { Bucket } = require('aws-cdk-lib/aws-s3')
const { Queue } = require('aws-cdk-lib/aws-sqs')
const { DefinitionBody, LogLevel, StateMachine } = require('aws-cdk-lib/aws-stepfunctions')

class MigrationStack extends Stack {
  constructor(scope, id) {
    super(scope, id)
    const files = new Bucket(this, 'Files')
    const customers = new Table(this, 'Customers', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
    })
    const deadLetters = new Queue(this, 'DeadLetters')
    const log = new LogGroup(this, 'Log', { logGroupName: `/aws/vendedlogs/states/${id}` })
    const convertCustomer = this.pythonFunction('ConvertCustomer', 'functions/ConvertCustomer', 'app')
    const upload = this.pythonFunction('Upload', 'data', 'upload', { BUCKET: files.bucketName })
    const machine = new StateMachine(this, 'Migration', {
      definitionBody: DefinitionBody.fromFile(path.join(__dirname, '..', 'sam', 'migration.asl.json')),
      definitionSubstitutions: {
        Bucket: files.bucketName,
        Customers: customers.tableName,
        DeadLetters: deadLetters.queueUrl,
        ConvertCustomer: convertCustomer.functionArn,
        Upload: upload.functionArn,
      },
      logs: { destination: log, level: LogLevel.ERROR, includeExecutionData: true },
    })
    convertCustomer.grantInvoke(machine)
    upload.grantInvoke(machine)
    files.grantPut(upload)
    files.grantReadWrite(machine)
    customers.grantWriteData(machine)
    deadLetters.grantSendMessages(machine)
    machine.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StartExecution', 'states:DescribeMapRun'], resources: ['*'] }),
    )
    new CfnOutput(this, 'StateMachine', { value: machine.stateMachineArn })
  }

  pythonFunction(name, folder, module, environment) {
    return new Function(this, name, {
      runtime: Runtime.PYTHON_3_12,
      handler: `${module}.lambda_handler`,
      code: Code.fromAsset(path.join(__dirname, '..', folder)),
      timeout: Duration.seconds(20),
      environment,
    })
  }
}

const app = new App()
new MigrationStack(app, app.node.tryGetContext('stack') ?? 'migration-cdk')
app.synth()
