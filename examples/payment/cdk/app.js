// Pays for an order. If a step fails, the earlier steps are undone, last first.

const path = require('node:path')
const { App, CfnOutput, CfnParameter, Duration, Stack } = require('aws-cdk-lib')
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda')
const { DefinitionBody, StateMachine } = require('aws-cdk-lib/aws-stepfunctions')

class PaymentStack extends Stack {
  constructor(scope, id) {
    super(scope, id)
    const approvalLimit = new CfnParameter(this, 'ApprovalLimit', {
      type: 'Number',
      default: 1000,
      description: 'A payment above this amount waits for approval.',
    })
    const functions = Object.fromEntries(
      ['Bank', 'Warehouse', 'AskManager'].map((name) => [name, this.pythonFunction(name)]),
    )
    const machine = new StateMachine(this, 'Payment', {
      definitionBody: DefinitionBody.fromFile(path.join(__dirname, '..', 'sam', 'payment.asl.json')),
      definitionSubstitutions: {
        ApprovalLimit: approvalLimit.valueAsString,
        ...Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, fn.functionArn])),
      },
    })
    Object.values(functions).forEach((fn) => fn.grantInvoke(machine))
    new CfnOutput(this, 'StateMachine', { value: machine.stateMachineArn })
  }

  pythonFunction(name) {
    return new Function(this, name, {
      runtime: Runtime.PYTHON_3_12,
      handler: 'app.lambda_handler',
      code: Code.fromAsset(path.join(__dirname, '..', 'functions', name)),
      timeout: Duration.seconds(10),
    })
  }
}

const app = new App()
new PaymentStack(app, app.node.tryGetContext('stack') ?? 'payment-cdk')
app.synth()
